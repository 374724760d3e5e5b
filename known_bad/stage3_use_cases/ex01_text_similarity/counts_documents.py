"""What is returned is the number of documents.

rejected by: stores_every_chunk
because: wrong_count
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(document["id"], text) for document in documents for text in chunk(document["text"])]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    client.insert(name, rows)
    return len(documents)
