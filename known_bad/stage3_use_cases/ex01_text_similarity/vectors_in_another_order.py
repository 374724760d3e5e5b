"""Texts that come twice are embedded once, in the order of a set.

rejected by: stores_the_vectors
because: strayed_vectors
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(document["id"], text) for document in documents for text in chunk(document["text"])]
    vectors = embed(sorted({text for _, text in chunks}))
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=False)]
    client.insert(name, rows)
    return len(rows)
