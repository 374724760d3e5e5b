"""A chunk names the place of its document in the list instead of its id.

rejected by: stores_every_chunk
because: unknown_documents
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(place, text) for place, document in enumerate(documents, 400_000) for text in chunk(document["text"])]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    client.insert(name, rows)
    return len(rows)
