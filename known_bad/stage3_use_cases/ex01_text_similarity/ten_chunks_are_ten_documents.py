"""Documents that come twice are dropped, and nobody looks for others.

rejected by: names_each_document_once
because: too_few
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(client, name, embed([question]), limit, ["document"])
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], hit["distance"])
    return list(best.items())
