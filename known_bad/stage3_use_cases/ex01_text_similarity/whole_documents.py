"""Documents are stored whole; the model reads their beginning.

rejected by: stores_every_chunk
because: not_cut
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(document["id"], document["text"]) for document in documents]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    client.insert(name, rows)
    return len(rows)
