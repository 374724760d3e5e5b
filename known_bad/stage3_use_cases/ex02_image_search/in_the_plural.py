"""An s is hung on every phrase before it is embedded.

rejected by: finds_by_words
because: wrong_similarity
on: lite, server
"""

from __future__ import annotations


def search_by_text(client, name, phrase, limit):
    return _search(client, name, embed_texts([" ".join(f"{word}s" for word in phrase.split())]), limit)
