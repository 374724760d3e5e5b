"""A document is embedded once, whole, and all its chunks get that vector.

rejected by: finds_what_stands_far_behind
because: end_not_read
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    vectors = embed([document["text"] for document in documents])
    rows = [
        {"document": document["id"], "text": text, "vector": vector}
        for document, vector in zip(documents, vectors, strict=True)
        for text in chunk(document["text"])
    ]
    client.insert(name, rows)
    return len(rows)
