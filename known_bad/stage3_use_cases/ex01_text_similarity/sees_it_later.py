"""Searches read what was there a while ago: the collection keeps the default, and the search says Eventually.

rejected by: finds_new_documents_at_once
because: stale
on: server
"""

from __future__ import annotations


def _chunks(client, name, vector, limit, fields):
    return client.search(name, vector.tolist(), limit=limit, output_fields=fields, consistency_level="Eventually")[0]
