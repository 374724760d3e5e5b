"""A document comes once for each of its chunks.

rejected by: names_each_document_once
because: document_twice
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), limit, ["document"])
    return [(hit["entity"]["document"], hit["distance"]) for hit in hits]
