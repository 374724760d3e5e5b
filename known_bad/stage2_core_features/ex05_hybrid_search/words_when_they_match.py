"""The search by meaning is asked only where the words found too little.

rejected by: fuses_by_rank
because: words_only
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    keys = search_words(client, name, question, limit, category)
    if len(keys) < limit:
        keys = search_meaning(client, name, vector, limit, category)
    return [(key, 1 / (K + rank)) for rank, key in enumerate(keys, 1)]
