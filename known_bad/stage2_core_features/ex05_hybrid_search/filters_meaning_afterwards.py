"""The category is looked at after the search, in Python.

rejected by: searches_by_meaning
because: filtered_too_late
on: lite
"""

from __future__ import annotations


def search_meaning(client, name, vector, limit, category=None):
    hits = client.search(name, [vector.tolist()], anns_field="meaning", limit=limit, output_fields=["category"])[0]
    return [hit["id"] for hit in hits if category in (None, hit["entity"]["category"])]
