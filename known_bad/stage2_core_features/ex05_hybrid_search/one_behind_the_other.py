"""Half of the articles come from each search, one half behind the other.

rejected by: fuses_by_rank
because: concatenated
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    half = limit // 2
    keys = search_words(client, name, question, half, category)
    keys += [key for key in search_meaning(client, name, vector, limit, category) if key not in keys]
    return [(key, 1 / (K + rank)) for rank, key in enumerate(keys[:limit], 1)]
