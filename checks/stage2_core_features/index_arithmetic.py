"""The arithmetic of 2.1: pieces of a vector, bytes of an index, recall of two lists; and what errors look like."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import mean
from typing import Any

import numpy as np

from grader.check import because, returned, shortened
from grader.runner.errors import LearnerError
from infra.messages import N_, Message

INDEX_TYPES = ("FLAT", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "HNSW")
NLIST = 64
PQ_BITS = 4
TYPICAL_PIECES = 1 << PQ_BITS
HNSW_M = 8
HNSW_EF_CONSTRUCTION = 100

PARAMETERS: Mapping[str, Callable[[int], dict[str, int]]] = {
    "FLAT": lambda _: {},
    "IVF_FLAT": lambda _: {"nlist": NLIST},
    "IVF_SQ8": lambda _: {"nlist": NLIST},
    "IVF_PQ": lambda dim: {"nlist": NLIST, "m": pieces(dim), "nbits": PQ_BITS},
    "HNSW": lambda _: {"M": HNSW_M, "efConstruction": HNSW_EF_CONSTRUCTION},
}
"""What each type is built with, for vectors of a dimension."""

TOLERANCE = 0.2
"""The share by which an estimated size may be off."""
ALIKE = 0.02
"""The share within which a size is taken for what a certain mistake gives."""
LARGEST = 1e18
"""Beyond this no bytes, seconds or shares are believed."""


def pieces(dim: int) -> int:
    """Return the largest number of equal pieces of at least two numbers, or 1."""
    return max((many for many in range(1, dim // 2 + 1) if dim % many == 0), default=1)


def size(index_type: str, rows: int, dim: int) -> int:
    """Return the bytes of an index; within 4 % of the files that Milvus 2.3.5 writes, unpacked (measured)."""
    centroids = NLIST * dim * 4
    return {
        "FLAT": rows * dim * 4,
        "IVF_FLAT": rows * (dim * 4 + 8) + centroids,
        "IVF_SQ8": rows * (dim + 8) + centroids,
        "IVF_PQ": rows * (_code(dim) + 8) + centroids + TYPICAL_PIECES * dim * 4,
        "HNSW": rows * (dim * 4 + 8 + 2 * HNSW_M * 4),
    }[index_type]


def assert_pieces(dim: int, value: Any) -> None:
    """Hold a learner's number of pieces against the brief."""
    said = as_number(value, "pq_pieces", int)
    divides = 1 <= said <= dim and dim % said == 0
    assert divides, because(
        "does_not_divide",
        "pq_pieces({dim}) returned {said}, and {dim} numbers can't be cut into {said} equal pieces. Milvus refuses the "
        "index: `m` must divide the dimension.",
        dim=dim,
        said=said,
    )
    assert said <= max(dim // 2, 1), because(
        "too_small_pieces",
        "pq_pieces({dim}) returned {said}: pieces of {length} numbers, and each should have at least two.",
        dim=dim,
        said=said,
        length=dim // said,
    )
    assert said == pieces(dim), because(
        "too_few_pieces",
        "pq_pieces({dim}) returned {said}, expected {expected}: the more pieces, the less is lost, as long as each has "
        "at least two numbers.",
        dim=dim,
        said=said,
        expected=pieces(dim),
    )


def assert_size(index_type: str, rows: int, dim: int, value: Any) -> None:
    """Hold a learner's estimate against the formula, and name what it leaves out."""
    said, expected = as_number(value, "index_bytes"), size(index_type, rows, dim)
    if abs(said - expected) <= TOLERANCE * expected:
        return
    facts = {"index_type": index_type, "rows": rows, "dim": dim, "said": f"{said:,.0f}", "expected": f"{expected:,}"}
    sentence = "index_bytes('{index_type}', {rows}, {dim}) returned {said}, expected {expected} ± 20 %. "
    for only, reason, looks_like, wrong in (
        ("FLAT", "not_bytes", "It looks like a count of numbers: a float32 has 4 bytes.", rows * dim),
        ("", "not_bytes", "It looks like megabytes, and the brief asks for bytes.", expected / 1e6),
        (
            "IVF",
            "no_row_numbers",
            "It looks as if each row's number, 8 bytes, was left out: in a strongly compressed index that is much.",
            expected - rows * 8,
        ),
        (
            "IVF_PQ",
            "bits_for_bytes",
            "It looks like a byte for each piece, and a piece takes PQ_BITS bits: two of them share a byte.",
            expected + rows * (pieces(dim) - _code(dim)),
        ),
        (
            "IVF_PQ",
            "no_codebooks",
            "It looks as if what doesn't grow with the rows was left out: the centroids, and the typical pieces.",
            rows * (_code(dim) + 8),
        ),
        (
            "HNSW",
            "no_links",
            "It looks as if the links were left out: they are what HNSW is made of.",
            rows * (dim * 4 + 8),
        ),
        (
            "HNSW",
            "half_the_links",
            "On the lowest layer a row has 2 * HNSW_M links of 4 bytes.",
            rows * (dim * 4 + 8 + HNSW_M * 4),
        ),
    ):
        fits = index_type.startswith(only) and abs(said - wrong) <= ALIKE * wrong
        assert not fits, because(reason, sentence + looks_like, **facts)
    raise AssertionError(because("wrong_size", sentence + "What does it keep of each row, and what once?", **facts))


def _code(dim: int) -> int:
    """Return the bytes to which IVF_PQ squeezes a vector."""
    return math.ceil(pieces(dim) * PQ_BITS / 8)


Lists = list[list[int]]


def recall_cases(rng: np.random.Generator, many: int = 12, k: int = 8) -> dict[str, tuple[Lists, Lists]]:
    """Draw what was found and what is true for some queries, by what is special about it, a msgid."""
    ids = rng.choice(100_000, (many, 3 * k), replace=False).tolist()
    truth = [row[:k] for row in ids]
    hits = [int(n) for n in rng.integers(1, k, many)]
    mixed = [rng.permutation(row[:n] + row[k : 2 * k - n]).tolist() for row, n in zip(ids, hits, strict=True)]
    short = [row[:n] for row, n in zip(ids, hits, strict=True)]
    twice = [row[:n] + row[: k - n][::-1] for row, n in zip(ids, hits, strict=True)]
    nothing = [[], *mixed[1:]]
    return {
        N_("hits and misses"): (mixed, truth),
        N_("the right ones in another order"): ([rng.permutation(row).tolist() for row in truth], truth),
        N_("fewer rows than were asked for"): (short, truth),
        N_("nothing for one query"): (nothing, truth),
        N_("rows that come twice"): (twice, truth),
    }


def assert_recall(what: str, found: Lists, truth: Lists, value: Any) -> None:
    """Hold a learner's recall of two lists against sets."""
    said = float(as_number(value, "recall"))
    pairs = list(zip(found, truth, strict=True))
    shares = [len(set(ours) & set(true)) / len(true) for ours, true in pairs]
    expected = mean(shares)
    if abs(said - expected) <= 1e-6:
        return
    in_place = [sum(a == b for a, b in zip(ours, true, strict=False)) / len(true) for ours, true in pairs]
    precision = [len(set(ours) & set(true)) / max(len(ours), 1) for ours, true in pairs]
    with_doubles = [sum(row in true for row in ours) / len(true) for ours, true in pairs]
    sentence = "recall() was given {what}: it returned {said}, expected {expected}. "
    facts = {"what": Message(what), "said": f"{said:.4g}", "expected": f"{expected:.4g}"}
    for reason, looks_like, wrong in (
        (
            "by_position",
            "It looks as if ids were compared place by place: a neighbour in another place is found all the same.",
            mean(in_place),
        ),
        (
            "of_what_came",
            "It looks as if it was divided by how many rows came back, which is precision: what is missing must count.",
            mean(precision),
        ),
        ("counted_twice", "It looks as if a row that is found twice counts twice.", mean(with_doubles)),
        ("percent", "It looks like per cent.", 100 * expected),
        ("sum", "It looks like a sum over the queries, where the mean is asked for.", sum(shares)),
    ):
        assert abs(said - wrong) > 1e-6, because(reason, sentence + looks_like, **facts)
    example = f"found {shortened(found[0])}, true {shortened(truth[0])}"
    raise AssertionError(because("wrong_recall", sentence + "The first query: {example}.", **facts, example=example))


def as_number(value: Any, function: str, kind: Any = int | float) -> Any:
    """Return the number that a call returned, if it is one that can be reckoned with.

    Args:
        value: what the call brought; one of many calls may have brought the `LearnerError` that it ended with.
        function: name of the learner's function.
        kind: the type that the brief promises.

    Raises:
        LearnerError: the call ended with it.
    """
    if isinstance(value, LearnerError):
        raise value
    number = returned(value, kind, function)
    assert -LARGEST < number < LARGEST, because(
        "no_number",
        "{function}() returned {number}, which isn't a usable number.",
        function=function,
        number=shortened(number),
    )
    return number
