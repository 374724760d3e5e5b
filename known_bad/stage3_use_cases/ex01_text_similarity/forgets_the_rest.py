"""Only full batches are inserted.

rejected by: stores_every_chunk
because: nothing_stored
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(document["id"], text) for document in documents for text in chunk(document["text"])]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    for batch in range(len(rows) // BATCH):
        client.insert(name, rows[batch * BATCH : (batch + 1) * BATCH])
    return len(rows)
