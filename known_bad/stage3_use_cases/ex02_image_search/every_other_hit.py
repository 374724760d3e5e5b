"""Every other hit is left out, for variety.

rejected by: finds_by_words
because: misses_neighbours_by_words
on: lite, server
"""

from __future__ import annotations


def search_by_text(client, name, phrase, limit):
    return _search(client, name, embed_texts([phrase]), 2 * limit)[::2]
