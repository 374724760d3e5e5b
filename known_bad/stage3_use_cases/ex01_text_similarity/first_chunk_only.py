"""Of each document the first chunk is stored.

rejected by: stores_every_chunk
because: wrong_chunks_stored
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(document["id"], chunk(document["text"])[0]) for document in documents]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    client.insert(name, rows)
    return len(rows)
