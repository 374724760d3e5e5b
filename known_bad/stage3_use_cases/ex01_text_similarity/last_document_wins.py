"""All chunks are stored under the document that came last.

rejected by: stores_every_chunk
because: wrong_document
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(documents[-1]["id"], text) for document in documents for text in chunk(document["text"])]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    client.insert(name, rows)
    return len(rows)
