"""Hits are sorted by the names of their files.

rejected by: finds_by_words
because: not_sorted
on: lite, server
"""

from __future__ import annotations


def search_by_text(client, name, phrase, limit):
    return sorted(_search(client, name, embed_texts([phrase]), limit))
