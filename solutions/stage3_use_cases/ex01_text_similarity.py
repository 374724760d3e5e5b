"""3.1 Text similarity search: reference solution.

The brief stands in exercises/stage3_use_cases/ex01_text_similarity.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

from fixtures.models import text_model

WORDS = 120
OVERLAP = 20
DIM = 384
MOST_PASSAGES = 20
EF = 128
BATCH = 1_000
"""Rows of one insert: 2 MB, well below what a message may have."""


def chunk(text: str, words: int = WORDS, overlap: int = OVERLAP) -> list[str]:
    """Take a text apart into chunks of at most `words` words, each repeating the last `overlap` of the one before."""
    all_words = text.split()
    if not all_words:
        return []
    starts = range(0, max(len(all_words) - overlap, 1), words - overlap)
    return [" ".join(all_words[start : start + words]) for start in starts]


def embed(texts: list[str]) -> npt.NDArray[np.float32]:
    """Turn texts into unit vectors, shape (texts, 384)."""
    vectors: npt.NDArray[np.float32] = text_model().encode(texts, batch_size=64, normalize_embeddings=True)
    return vectors


def create_collection(client: MilvusClient, name: str) -> None:
    """Create the collection of chunks, in which everybody reads their own writes at once."""
    schema = client.create_schema(auto_id=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("document", DataType.INT64)
    schema.add_field("text", DataType.VARCHAR, max_length=8192)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIM)

    index = client.prepare_index_params()
    index.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 200})
    client.create_collection(name, schema=schema, index_params=index, consistency_level="Session")


def add_documents(client: MilvusClient, name: str, documents: list[dict[str, Any]]) -> int:
    """Take documents apart, embed all their chunks together and insert them."""
    chunks = [(document["id"], text) for document in documents for text in chunk(document["text"])]
    if not chunks:
        return 0
    vectors = embed([text for _, text in chunks])
    rows = [
        {"document": document, "text": text, "vector": vector}
        for (document, text), vector in zip(chunks, vectors, strict=True)
    ]
    return sum(client.insert(name, rows[at : at + BATCH])["insert_count"] for at in range(0, len(rows), BATCH))


def search(client: MilvusClient, name: str, question: str, limit: int) -> list[tuple[int, float]]:
    """Find the documents whose best chunk is nearest to a question, best first."""
    vector = embed([question])
    wanted = limit
    while True:
        hits = _chunks(client, name, vector, wanted, ["document"])
        best: dict[int, float] = {}
        for hit in hits:
            best.setdefault(hit["entity"]["document"], hit["distance"])
        if len(best) >= limit or len(hits) < wanted:
            return list(best.items())[:limit]
        wanted *= 4  # some documents came more than once


def passages(client: MilvusClient, name: str, question: str, words: int) -> list[tuple[int, str]]:
    """Gather the best chunks that fit into `words` words, best first."""
    found, room = [], words
    for hit in _chunks(client, name, embed([question]), MOST_PASSAGES, ["document", "text"]):
        document, text = hit["entity"]["document"], hit["entity"]["text"]
        room -= len(text.split())
        if room < 0:
            break
        found.append((document, text))
    return found


def _chunks(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], limit: int, fields: list[str]
) -> Sequence[Mapping[str, Any]]:
    effort = {"params": {"ef": max(EF, 2 * limit)}}
    hits: Sequence[Mapping[str, Any]] = client.search(
        name, vector.tolist(), limit=limit, search_params=effort, output_fields=fields
    )[0]
    return hits
