"""A hit's own key is taken for its document.

rejected by: finds_the_nearest
because: not_documents
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), limit, ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["id"], hit["distance"])
    return list(best.items())
