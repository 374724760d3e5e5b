"""Of what is added at once, five hundred documents are kept, for a message may only be so long.

rejected by: answers_better_than_words
because: worse_than_meaning
on: lite, server
"""

from __future__ import annotations


def add_documents(client, name, documents):
    chunks = [(document["id"], text) for document in documents[:500] for text in chunk(document["text"])]
    vectors = embed([text for _, text in chunks])
    rows = [{"document": key, "text": text, "vector": v} for (key, text), v in zip(chunks, vectors, strict=True)]
    client.insert(name, rows)
    return len(rows)
