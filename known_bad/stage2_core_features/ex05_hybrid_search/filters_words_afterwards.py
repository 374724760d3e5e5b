"""The category is looked at after the search, in Python.

rejected by: searches_by_words
because: filtered_too_late
on: lite
"""

from __future__ import annotations


def search_words(client, name, question, limit, category=None):
    hits = client.search(name, [question], anns_field="words", limit=limit, output_fields=["category"])[0]
    return [hit["id"] for hit in hits if category in (None, hit["entity"]["category"])]
