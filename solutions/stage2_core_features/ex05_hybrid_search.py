"""2.5 Hybrid search: reference solution. The brief stands in exercises/stage2_core_features/ex05_hybrid_search.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker, WeightedRanker

K = 60
CANDIDATES = 50


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    """Create the collection of articles: a text whose words are indexed by BM25, and a vector of its meaning."""
    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=4096, enable_analyzer=True)
    schema.add_field("category", DataType.VARCHAR, max_length=64)
    schema.add_field("meaning", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, input_field_names=["text"], output_field_names=["words"]))

    index = client.prepare_index_params()
    index.add_index("meaning", index_type="AUTOINDEX", metric_type="COSINE")
    index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_collection(name, schema=schema, index_params=index)


def insert_articles(client: MilvusClient, name: str, articles: list[dict[str, Any]]) -> int:
    """Insert articles; Milvus makes the sparse vectors from their texts. Return how many were inserted."""
    return int(client.insert(name, articles)["insert_count"])


def search_words(client: MilvusClient, name: str, question: str, limit: int, category: str | None = None) -> list[int]:
    """Find the articles that share the rarest words with a question, best first."""
    hits = client.search(name, [question], anns_field="words", limit=limit, filter=_in(category))[0]
    return [hit["id"] for hit in hits]


def search_meaning(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], limit: int, category: str | None = None
) -> list[int]:
    """Find the articles whose meaning is nearest to that of a question, best first."""
    hits = client.search(name, [vector.tolist()], anns_field="meaning", limit=limit, filter=_in(category))[0]
    return [hit["id"] for hit in hits]


def search_hybrid(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    category: str | None = None,
) -> list[tuple[int, float]]:
    """Fuse both searches by reciprocal ranks, best first, as (key, score)."""
    requests = _requests(question, vector, category)
    return _scored(client.hybrid_search(name, requests, RRFRanker(K), limit=limit)[0])


def search_weighted(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    share_of_words: float,
) -> list[tuple[int, float]]:
    """Fuse both searches by their scores, of which the words have a given share, best first."""
    ranker = WeightedRanker(share_of_words, 1 - share_of_words)
    return _scored(client.hybrid_search(name, _requests(question, vector), ranker, limit=limit)[0])


def search_one_per_category(
    client: MilvusClient, name: str, question: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    """Find the best article of each category, the best category first."""
    requests = _requests(question, vector)
    return _scored(client.hybrid_search(name, requests, RRFRanker(K), limit=limit, group_by_field="category")[0])


def _requests(question: str, vector: npt.NDArray[np.float32], category: str | None = None) -> list[AnnSearchRequest]:
    """Return both searches. Each looks for candidates by itself, so each needs the filter."""
    only = _in(category)
    return [
        AnnSearchRequest([question], "words", {}, limit=CANDIDATES, expr=only),
        AnnSearchRequest([vector.tolist()], "meaning", {}, limit=CANDIDATES, expr=only),
    ]


def _in(category: str | None) -> str:
    """Return the filter for a category, which is the application's own word: nobody types one."""
    return "" if category is None else f'category == "{category}"'


def _scored(hits: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    return [(hit["id"], hit["distance"]) for hit in hits]
