"""Another right way through 3.3: least squares instead of an SVD, neighbours instead of a regression, other filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Hits = list[tuple[int, float]]

FACTORS = 16
CONTENT = 24


def hold_out_last(interactions: Numbers) -> tuple[Numbers, Numbers]:
    train, held_out = [], []
    for user in np.unique(interactions[:, 0]):
        rows = interactions[interactions[:, 0] == user]
        last = rows[rows[:, 2].argmax()]
        others = rows[rows[:, 1] != last[1]]
        if len(others):
            train.append(others)
            held_out.append(last)
        else:
            train.append(rows)
    return np.concatenate(train), np.array(held_out, dtype=np.int64).reshape(-1, 3)


def evaluate(recommended: list[list[int]], held_out: list[int], watched: Numbers) -> dict[str, float]:
    shown = Counter(film for films in recommended for film in films)
    hits = sum(film in set(films) for films, film in zip(recommended, held_out, strict=True))
    viewers = sum(int(watched[film]) * times for film, times in shown.items())
    return {
        "hit_rate": hits / len(recommended),
        "coverage": len(shown) / watched.shape[0],
        "popularity": viewers / max(shown.total(), 1),
    }


def factorise(pairs: Numbers, users: int, films: int, dim: int) -> tuple[Vectors, Vectors]:
    """Alternating least squares for implicit feedback: Hu, Koren and Volinsky, ICDM 2008."""
    matrix = np.zeros((users, films))
    matrix[tuple(pairs.T)] = 1
    rng = np.random.default_rng(0)
    of_users, of_films = rng.normal(0, 0.1, (users, dim)), rng.normal(0, 0.1, (films, dim))
    for _ in range(10):
        of_users = _solved(of_films, matrix)
        of_films = _solved(of_users, matrix.T)
    return of_users.astype(np.float32), of_films.astype(np.float32)


def _solved(others: npt.NDArray[np.float64], matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    trust, ridge = 10.0, np.eye(others.shape[1])
    gram = others.T @ others + ridge
    solved = np.empty((len(matrix), others.shape[1]))
    for place, row in enumerate(matrix):
        mine = others[row > 0]
        solved[place] = np.linalg.solve(gram + trust * mine.T @ mine, (1 + trust) * mine.sum(axis=0))
    return solved


def factors_of_new_films(factors: Vectors, contents: Vectors, new_contents: Vectors) -> Vectors:
    near = np.argsort(-(_unit(new_contents) @ _unit(contents).T), axis=1)[:, :10]
    return factors[near].mean(axis=1)


def diversify(hits: Hits, contents: Vectors, limit: int, variety: float) -> list[int]:
    units = _unit(contents).astype(np.float64)
    left = list(range(len(hits)))
    chosen: list[int] = []
    while left and len(chosen) < limit:

        def worth(place: int) -> float:
            if not chosen:
                return hits[place][1]
            return (1 - variety) * hits[place][1] - variety * max(float(units[place] @ units[c]) for c in chosen)

        chosen.append(max(left, key=worth))
        left.remove(chosen[-1])
    return [hits[place][0] for place in chosen]


def create_collection(client: MilvusClient, name: str) -> None:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=FACTORS + CONTENT)
    schema.add_field("category", DataType.VARCHAR, max_length=256)
    schema.add_field("id", DataType.INT64, is_primary=True)
    client.create_collection(name, schema=schema)
    index = client.prepare_index_params()
    index.add_index("vector", "FLAT", "by_taste_and_content", metric_type="IP")
    client.create_index(name, index)
    client.load_collection(name)


def insert_films(
    client: MilvusClient, name: str, ids: list[int], factors: Vectors, contents: Vectors, categories: list[str]
) -> int:
    inserted = 0
    for start in range(0, len(ids), 250):
        some = slice(start, start + 250)
        vectors = np.concatenate([factors[some], _unit(contents[some])], axis=1)
        rows = [
            {"id": int(i), "category": c, "vector": v.tolist()}
            for i, c, v in zip(ids[some], categories[some], vectors, strict=True)
        ]
        inserted += client.insert(name, rows)["insert_count"]
    return inserted


def recommend(
    client: MilvusClient, name: str, user: Vectors, seen: list[int], limit: int, blocked: Sequence[str] = ()
) -> Hits:
    return _found(client, name, user, np.zeros(CONTENT), seen, limit, blocked)


def recommend_for_new_user(
    client: MilvusClient, name: str, liked: list[int], limit: int, blocked: Sequence[str] = ()
) -> Hits:
    return _found(client, name, np.zeros(FACTORS), _content(client, name, liked), liked, limit, blocked)


def recommend_hybrid(
    client: MilvusClient,
    name: str,
    user: Vectors,
    seen: list[int],
    share_of_content: float,
    limit: int,
    blocked: Sequence[str] = (),
) -> Hits:
    content = _content(client, name, seen) * share_of_content
    return _found(client, name, user * (1 - share_of_content), content, seen, limit, blocked)


def _content(client: MilvusClient, name: str, films: list[int]) -> npt.NDArray[np.float64]:
    rows = client.query(name, filter=f"id in {films}", output_fields=["vector"], limit=len(films))
    return np.array([row["vector"] for row in rows])[:, -CONTENT:].mean(axis=0)


def _found(
    client: MilvusClient,
    name: str,
    taste: npt.NDArray[np.floating],
    content: npt.NDArray[np.floating],
    seen: list[int],
    limit: int,
    blocked: Sequence[str],
) -> Hits:
    only = [f"not (id in {seen})"] if seen else []
    only += ['category != "{}"'.format(category.replace("\\", "\\\\").replace('"', '\\"')) for category in blocked]
    query = [*map(float, taste), *map(float, content)]
    hits = client.search(name, [query], filter=" && ".join(only), limit=limit, search_params={"metric_type": "IP"})
    return [(hit.id, hit.distance) for hit in hits[0]]


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return vectors / lengths
