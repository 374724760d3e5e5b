"""3.3 Recommendation: reference solution. The brief stands in exercises/stage3_use_cases/ex03_recommendation.py."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Hits = list[tuple[int, float]]

FACTORS = 16
CONTENT = 24
_RIDGE = 1.0


def hold_out_last(interactions: Numbers) -> tuple[Numbers, Numbers]:
    """Split off the last film of each user, and with it every row that would tell it."""
    ordered = interactions[np.argsort(interactions[:, 2])]
    last = dict(ordered[:, :2].tolist())  # of several films of a user, the latest stays
    tells = np.array([last[user] == film for user, film in ordered[:, :2].tolist()])
    asked = ordered[~tells, 0]  # whoever has watched anything else
    tells &= np.isin(ordered[:, 0], asked)
    answers = ordered[tells][::-1]
    _, latest = np.unique(answers[:, 0], return_index=True)
    return ordered[~tells], answers[latest]


def evaluate(recommended: list[list[int]], held_out: list[int], watched: Numbers) -> dict[str, float]:
    """Return hit rate, coverage and mean popularity of lists of films."""
    places = list(itertools.chain.from_iterable(recommended))
    return {
        "hit_rate": float(np.mean([film in films for film, films in zip(held_out, recommended, strict=True)])),
        "coverage": len(set(places)) / len(watched),
        "popularity": float(watched[places].mean()) if places else 0.0,
    }


def factorise(pairs: Numbers, users: int, films: int, dim: int) -> tuple[Vectors, Vectors]:
    """Return factors of users and films: a truncated singular value decomposition (PureSVD)."""
    matrix = np.zeros((users, films), dtype=np.float32)
    matrix[pairs[:, 0], pairs[:, 1]] = 1
    left, strengths, right = np.linalg.svd(matrix, full_matrices=False)
    return left[:, :dim] * strengths[:dim], right[:dim].T


def factors_of_new_films(factors: Vectors, contents: Vectors, new_contents: Vectors) -> Vectors:
    """Guess factors from content by ridge regression."""
    known, new = _unit(contents), _unit(new_contents)
    weights = np.linalg.solve(known.T @ known + _RIDGE * np.eye(CONTENT), known.T @ factors)
    return (new @ weights).astype(np.float32)


def diversify(hits: Hits, contents: Vectors, limit: int, variety: float) -> list[int]:
    """Choose films one by one: each good, and unlike those that are chosen already."""
    scores = np.array([score for _, score in hits])
    alike = _unit(contents) @ _unit(contents).T
    chosen: list[int] = []
    nearest = np.full(len(hits), -np.inf)
    while len(chosen) < min(limit, len(hits)):
        worth = (1 - variety) * scores - variety * nearest if chosen else scores.copy()
        worth[chosen] = -np.inf
        chosen.append(int(np.argmax(worth)))
        nearest = np.maximum(nearest, alike[chosen[-1]])
    return [hits[place][0] for place in chosen]


def create_collection(client: MilvusClient, name: str) -> None:
    """Create the collection of films, compared by inner product: the length of a vector counts."""
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("category", DataType.VARCHAR, max_length=64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=FACTORS + CONTENT)
    index = client.prepare_index_params("vector", index_type="FLAT", metric_type="IP")
    client.create_collection(name, schema=schema, index_params=index)


def insert_films(
    client: MilvusClient, name: str, ids: list[int], factors: Vectors, contents: Vectors, categories: list[str]
) -> int:
    """Insert films: their factors, and behind them their contents at length 1. Return how many were inserted."""
    vectors = np.hstack([factors, _unit(contents)]).tolist()
    rows = [
        {"id": key, "category": category, "vector": vector}
        for key, category, vector in zip(ids, categories, vectors, strict=True)
    ]
    return int(client.insert(name, rows)["insert_count"])


def recommend(
    client: MilvusClient, name: str, user: Vectors, seen: list[int], limit: int, blocked: Sequence[str] = ()
) -> Hits:
    """Recommend films by the taste of a user."""
    return _search(client, name, np.hstack([user, np.zeros(CONTENT)]), seen, limit, blocked)


def recommend_for_new_user(
    client: MilvusClient, name: str, liked: list[int], limit: int, blocked: Sequence[str] = ()
) -> Hits:
    """Recommend films that are about the same as a few that somebody liked."""
    query = np.hstack([np.zeros(FACTORS), _mean_content(client, name, liked)])
    return _search(client, name, query, liked, limit, blocked)


def recommend_hybrid(
    client: MilvusClient,
    name: str,
    user: Vectors,
    seen: list[int],
    share_of_content: float,
    limit: int,
    blocked: Sequence[str] = (),
) -> Hits:
    """Recommend films by taste and content: the inner product of both parts is the sum of both scores."""
    content = _mean_content(client, name, seen)
    query = np.hstack([(1 - share_of_content) * user, share_of_content * content])
    return _search(client, name, query, seen, limit, blocked)


def _search(
    client: MilvusClient,
    name: str,
    query: npt.NDArray[np.floating],
    seen: list[int],
    limit: int,
    blocked: Sequence[str],
) -> Hits:
    """Find the films with the greatest inner product, and leave others out while searching, not afterwards."""
    without = []
    if seen:
        without.append(f"id not in {list(seen)}")
    if blocked:
        without.append(f"category not in {json.dumps(list(blocked), ensure_ascii=False)}")
    hits = client.search(name, [query.tolist()], filter=" and ".join(without), limit=limit)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]


def _mean_content(client: MilvusClient, name: str, films: list[int]) -> npt.NDArray[np.float64]:
    """Return the mean of what some films are about. An inner product with it is the mean of those with each of them."""
    rows = client.get(name, films, output_fields=["vector"])
    return np.mean([row["vector"][FACTORS:] for row in rows], axis=0)


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
