"""search_words takes a category and doesn't use it.

rejected by: searches_by_words
because: category_ignored
on: lite
"""

from __future__ import annotations


def search_words(client, name, question, limit, category=None):
    return [hit["id"] for hit in client.search(name, [question], anns_field="words", limit=limit)[0]]
