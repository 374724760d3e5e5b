"""The filter stands in the first request only; the second one finds whatever is near.

rejected by: keeps_to_the_category
because: filtered_one_search
on: lite
"""

from __future__ import annotations


def _requests(question, vector, category=None):
    return [
        AnnSearchRequest([question], "words", {}, limit=CANDIDATES, expr=_in(category)),
        AnnSearchRequest([vector.tolist()], "meaning", {}, limit=CANDIDATES),
    ]
