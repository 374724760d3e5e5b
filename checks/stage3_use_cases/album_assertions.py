"""What the checks of 3.2 ask of vectors, hits and drawn pages, and what each difference looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType

from checks.collection_assertions import assert_fields, assert_loaded, assert_metric, described
from checks.stage3_use_cases.album import DIM, Album
from checks.stage3_use_cases.embedded import SAME, Vectors, as_vectors, assert_vectors, cosines
from fixtures.milvus import Milvus
from grader.check import because, returned, shortened
from grader.measured import Cell, Table
from infra.messages import N_, Message

SCORE = 5e-3
TILE, GAP, COLUMNS = 64, 8, 5

Hits = list[tuple[str, float]]
Pixels = npt.NDArray[np.uint8]


def as_embedded(value: Any) -> tuple[list[str], Vectors]:
    """Return paths and vectors as embed_images must return them."""
    pair = returned(value, list, "embed_images")
    right = len(pair) == 2 and isinstance(pair[0], list) and isinstance(pair[1], np.ndarray)
    assert right, because(
        "wrong_pair",
        "embed_images() should return the readable paths and an array of their vectors; it returned {actual}.",
        actual=shortened(value),
    )
    return returned(pair[0], list[str], "embed_images"), as_vectors(pair[1], len(pair[0]), DIM, "embed_images")


def assert_seen(vectors: Vectors, truth: Vectors, function: str, what: Sequence[str]) -> None:
    """Hold vectors against those that the model has for the same pictures or phrases."""
    own = cosines(vectors, truth)
    otherwise = because(
        "other_vectors",
        "Of {count} vectors that {function}() returned, {wrong} aren't what the model makes of that input "
        "(cosine {lowest:.3f} at worst, for {example}). A picture goes through the model's own preprocess() as "
        "RGB, whole and unresized, and then through the tower for pictures; a phrase through tokenize() and "
        "the tower for texts.",
        function=function,
        count=len(own),
        wrong=int((own < 1 - SAME).sum()),
        lowest=float(own.min()),
        example=what[int(own.argmin())],
    )
    assert_vectors(vectors, truth, function, otherwise)


def assert_schema(milvus: Milvus, collection: str) -> None:
    """Compare what the server says of the collection with the brief."""
    description, metrics = described(milvus, collection)
    fields = assert_fields(description, {"path": DataType.VARCHAR, "vector": DataType.FLOAT_VECTOR})
    assert fields["path"].get("is_primary"), because(
        "wrong_key",
        "The primary key should be path: a picture that is indexed again then takes the place of the one before.",
    )
    dim = int(fields["vector"]["params"]["dim"])
    assert dim == DIM, because(
        "wrong_dim",
        "create_collection() was given dim={expected}, and vector has {actual}.",
        expected=DIM,
        actual=dim,
    )
    assert_metric(metrics, "vector", "COSINE")
    assert_loaded(milvus, collection)


def as_hits(value: Any, function: str, limit: int) -> Hits:
    """Return hits as learner code must return them: pairs, the best first, each path once."""
    hits: Hits = []
    for hit in returned(value, list[list[str | float | int]], function):
        pair = len(hit) == 2 and isinstance(hit[0], str) and isinstance(hit[1], float | int) and abs(hit[1]) < 1e3
        assert pair, because(
            "wrong_hit",
            "{function}() should return pairs of a path and a similarity, but it returned {actual}.",
            function=function,
            actual=shortened(hit),
        )
        hits.append((str(hit[0]), float(hit[1])))
    assert len(hits) == limit, because(
        "wrong_count",
        "{function}() was asked for {limit} pictures, of many that there are, and returned {actual}.",
        function=function,
        limit=limit,
        actual=len(hits),
    )
    assert len({path for path, _ in hits}) == limit, because(
        "path_twice", "{function}() returned a picture more than once.", function=function
    )
    return hits


def assert_hits(hits: Hits, truth: Mapping[str, float], function: str, asked: str | Message) -> float:
    """Hold hits against exact search, and return what share of the nearest was found."""
    unknown = [path for path, _ in hits if path not in truth]
    assert not unknown, because(
        "unknown_pictures",
        "{function}() returned {actual}, which wasn't indexed.",
        function=function,
        actual=shortened(unknown),
    )
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True), because(
        "not_sorted", "{function}() should return the most similar picture first.", function=function
    )
    off = max(hits, key=lambda hit: abs(hit[1] - truth[hit[0]]))
    assert abs(off[1] - truth[off[0]]) < SCORE, because(
        "wrong_similarity",
        "{function}() was asked for {asked}. The model finds {name} similar by {expected:.3f}, and it returned "
        "{actual:.3f}. Are question and index made by the same steps?",
        function=function,
        asked=asked,
        name=Path(off[0]).name,
        expected=truth[off[0]],
        actual=off[1],
    )
    enough = sorted(truth.values(), reverse=True)[len(hits) - 1] - 1e-3
    return sum(truth[path] >= enough for path, _ in hits) / len(hits)


def as_page(value: Any, count: int) -> Pixels:
    """Return a drawn page as draw must return it."""
    array = np.asarray(returned(value, np.ndarray, "draw"))
    rows = -(-count // COLUMNS)
    shape = (rows * (TILE + GAP) + GAP, COLUMNS * (TILE + GAP) + GAP, 3)
    assert array.shape == shape and array.dtype == np.uint8, because(  # noqa: PT018 - one sentence for both
        "wrong_page",
        "draw() was given {count} pictures and should return uint8 of the shape {expected}; it returned {dtype} of the "
        "shape {actual}.",
        count=count,
        expected=str(shape),
        dtype=str(array.dtype),
        actual=str(array.shape),
    )
    return array.astype(np.uint8)


def assert_drawn(page: Pixels, tiles: Sequence[Pixels]) -> None:
    """Look for every tile at its place, and for white everywhere else."""
    rest = np.ones(page.shape[:2], dtype=bool)
    for place, tile in enumerate(tiles):
        top, left = (GAP + index * (TILE + GAP) for index in divmod(place, COLUMNS))
        rest[top : top + TILE, left : left + TILE] = False
        shown = page[top : top + TILE, left : left + TILE]
        if np.array_equal(shown, tile):
            continue
        elsewhere = next((n for n, other in enumerate(tiles) if np.array_equal(shown, other)), None)
        assert elsewhere is None, because(
            "wrong_place",
            "Tile {place} of the page shows picture {elsewhere} of the list. They stand in the order given, five in a "
            "row.",
            place=place + 1,
            elsewhere=(elsewhere or 0) + 1,
        )
        assert not np.array_equal(shown, tile[..., ::-1]), because(
            "blue_for_red", "Red and blue are exchanged: the array is BGR, and RGB is asked for."
        )
        raise AssertionError(
            because(
                "other_pixels",
                "Tile {place} of the page should be picture {place} as it is, every pixel of it, and {share:.0%} of "
                "its pixels differ. A picture of {tile} x {tile} pixels needs no scaling; what is transparent shows "
                "white.",
                place=place + 1,
                share=float((shown != tile).any(axis=2).mean()),
                tile=TILE,
            )
        )
    assert (page[rest] == 255).all(), because(
        "not_white", "Between and around the tiles, and where a row isn't full, the page should be white."
    )


def place_of(row: int, album: Album, hits: Hits) -> int:
    """Return how many hits stand before the drawing of an emoji; all of them where it isn't there."""
    rows = [album.rows[path] for path, _ in hits]
    return rows.index(row) if row in rows else len(rows)


def place_in(truth: Mapping[str, float], album: Album, row: int) -> int:
    """Return how many drawings are nearer than that of an emoji."""
    own = next(score for path, score in truth.items() if album.rows[path] == row)
    return sum(score > own for score in truth.values())


def ranks(title: str, found: Sequence[int], exact: Sequence[int], places: int) -> Table:
    """Return what share of the questions have their answer first, and among the first places, for the report."""
    rows = ((N_("your search"), found), (N_("exact search"), exact))
    cells: list[tuple[Cell, ...]] = [
        (name, *(round(float(np.mean([place < below for place in each])), 3) for below in (1, places)))
        for name, each in rows
    ]
    return Table(title, (N_("search"), "R@1", "R@10"), tuple(cells))
