"""Another right way through 2.5: rankers as functions, the requests in another order, and groups picked at home."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient

K = 60
CANDIDATES = 50


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    for field, kind, more in (
        ("id", DataType.INT64, {"is_primary": True}),
        ("text", DataType.VARCHAR, {"max_length": 4096, "enable_analyzer": True, "enable_match": True}),
        ("category", DataType.VARCHAR, {"max_length": 256}),
        ("words", DataType.SPARSE_FLOAT_VECTOR, {}),
        ("meaning", DataType.FLOAT_VECTOR, {"dim": dim}),
    ):
        schema.add_field(field, kind, **more)
    schema.add_function(
        Function("words_of_text", FunctionType.BM25, input_field_names="text", output_field_names="words")
    )
    client.create_collection(name, schema=schema)
    index = client.prepare_index_params()
    index.add_index("meaning", "FLAT", "by_meaning", metric_type="COSINE")
    index.add_index("words", "SPARSE_INVERTED_INDEX", "by_words", metric_type="BM25")
    client.create_index(name, index)
    client.load_collection(name)


def insert_articles(client: MilvusClient, name: str, articles: list[dict[str, Any]]) -> int:
    return sum(
        client.insert(name, articles[start : start + 250])["insert_count"] for start in range(0, len(articles), 250)
    )


def search_words(client: MilvusClient, name: str, question: str, limit: int, category: str | None = None) -> list[int]:
    return _keys(client, name, "words", question, limit, category)


def search_meaning(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], limit: int, category: str | None = None
) -> list[int]:
    return _keys(client, name, "meaning", vector, limit, category)


def search_hybrid(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    category: str | None = None,
) -> list[tuple[int, float]]:
    return _fused(client, name, question, vector, limit, {"reranker": "rrf", "k": K}, category)


def search_weighted(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    share_of_words: float,
) -> list[tuple[int, float]]:
    weights = {"reranker": "weighted", "weights": [1 - share_of_words, share_of_words], "norm_score": True}
    return _fused(client, name, question, vector, limit, weights)


def search_one_per_category(
    client: MilvusClient, name: str, question: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    everything = 2 * CANDIDATES
    ranked = _fused(client, name, question, vector, everything, {"reranker": "rrf", "k": K})
    rows = client.get(name, [key for key, _ in ranked], output_fields=["category"])
    category = {row["id"]: row["category"] for row in rows}
    best: dict[str, tuple[int, float]] = {}
    for key, score in ranked:
        best.setdefault(category[key], (key, score))
    return list(best.values())[:limit]


def _fused(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    ranker: dict[str, Any],
    category: str | None = None,
) -> list[tuple[int, float]]:
    rerank = Function("fusion", FunctionType.RERANK, input_field_names=[], output_field_names=[], params=ranker)
    requests = [
        AnnSearchRequest([data], field, {}, CANDIDATES, expr=_only(category))
        for field, data in (("meaning", vector.tolist()), ("words", question))
    ]
    hits = client.hybrid_search(name, requests, rerank, limit)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]


def _keys(client: MilvusClient, name: str, field: str, data: Any, limit: int, category: str | None) -> list[int]:
    return list(client.search(name, [data], _only(category), limit, anns_field=field)[0].ids)


def _only(category: str | None) -> str:
    return f"category in [{json.dumps(category)}]" if category is not None else ""
