"""Rows that belong to a tenant or a month, and the truth of a search among those of some of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fixtures.recall import GroundTruth, Metric, exact

DIM = 16
K = 10
BIG_SHARE = 0.9

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Rows:
    """Rows that were handed to learner code.

    Attributes:
        field: name of the field that says whose a row is: `tenant` or `month`.
        first_key: key of the first row; the others count on.
        vectors: shape (rows, DIM).
        owners: the tenant or month of each row.
    """

    field: str
    first_key: int
    vectors: Floats
    owners: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """The primary key of each row."""
        return np.arange(self.first_key, self.first_key + len(self))

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as learner code gets them."""
        rows = zip(self.keys.tolist(), self.vectors.tolist(), self.owners, strict=True)
        return [{"id": key, "embedding": vector, self.field: owner} for key, vector, owner in rows]

    @staticmethod
    def none(field: str) -> Rows:
        """Return no rows."""
        return Rows(field, 0, np.zeros((0, DIM), dtype=np.float32), ())

    def and_then(self, others: Rows) -> Rows:
        """Return these rows and others, whose keys follow."""
        vectors = np.concatenate([self.vectors, others.vectors])
        return Rows(self.field, self.first_key, vectors, (*self.owners, *others.owners))

    def only(self, owners: Collection[str]) -> list[dict[str, Any]]:
        """Return the rows of some owners as learner code gets them."""
        return [row for row in self.as_dicts() if row[self.field] in owners]

    def owner(self, key: int) -> str | None:
        """Return whose row a key is; None where no row has it."""
        place = key - self.first_key
        return self.owners[place] if 0 <= place < len(self) else None

    def of(self, owners: Collection[str]) -> npt.NDArray[np.bool_]:
        """Return which rows belong to some owners, shape (rows,)."""
        return np.isin(self.owners, list(owners))

    def keys_of(self, owner: str) -> set[int]:
        """Return the keys of one owner's rows."""
        return set(self.keys[self.of([owner])].tolist())

    def truth(
        self, queries: Floats, owners: Collection[str] | None, k: int = K, metric: Metric = "COSINE"
    ) -> GroundTruth:
        """Return how near the rows of some owners are to each query; None stands for everybody's."""
        return exact(queries, self.vectors, metric, k, self.keys, None if owners is None else self.of(owners))

    def among_nearest(self, query: Floats, nearest: int, owners: Collection[str]) -> list[int]:
        """Return what a filter after the search would leave: the keys of some owners among everybody's nearest."""
        neighbours = self.truth(query[None], None, min(nearest, len(self))).neighbours()[0].tolist()
        return [key for key in neighbours if self.owner(key) in owners]


def make_rows(rng: np.random.Generator, field: str, sizes: Mapping[str, int], first_key: int = 0) -> Rows:
    """Return rows of several owners, in random order.

    Args:
        rng: the source of chance.
        field: `tenant` or `month`.
        sizes: how many rows each owner has.
        first_key: key of the first row.

    Returns:
        Rows whose vectors point anywhere, with lengths that differ by a factor of up to 50: among as few as 60 of them
        inner product finds 56 % of the 10 nearest by cosine, and never so many that it could pass for it (simulated).
    """
    owners = [owner for owner, size in sizes.items() for _ in range(size)]
    lengths = np.exp(rng.uniform(-2, 2, (len(owners), 1))).astype(np.float32)
    vectors = make_queries(rng, len(owners)) * lengths
    return Rows(field, first_key, vectors, tuple(str(owner) for owner in rng.permutation(owners)))


def make_queries(rng: np.random.Generator, number: int) -> Floats:
    """Return vectors of length 1 that point anywhere, shape (number, DIM)."""
    directions = rng.standard_normal((number, DIM))
    units: Floats = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(np.float32)
    return units


@dataclass(frozen=True)
class Tenants:
    """Who has how many documents, and who is asked about.

    Attributes:
        big: the tenant with 90 % of all rows.
        small: one with a few rows more than a search returns.
        alike: one whose name begins with that of `small`.
        tiny: one with fewer rows than a search is asked for.
        nobody: one that has no rows.
        sizes: rows of each tenant, `nobody` excepted.
    """

    big: str
    small: str
    alike: str
    tiny: str
    nobody: str
    sizes: dict[str, int]


def make_tenants(rng: np.random.Generator, rows: int, tenants: int) -> Tenants:
    """Return made-up tenants, of which one has nine tenths of the rows.

    Args:
        rng: the source of chance.
        rows: rows of all tenants.
        tenants: how many they are.
    """
    animals = rng.permutation(_ANIMALS)
    names = [f"{animals[i % len(animals)]}-{number}" for i, number in enumerate(rng.permutation(np.arange(10, 100)))]
    big, small, tiny, nobody, *others = names[:tenants]
    alike = f"{small}-{rng.integers(2, 10)}"
    sizes = {big: round(rows * BIG_SHARE), small: 6 * K, alike: 6 * K, tiny: 3}
    left = rows - sum(sizes.values())
    sizes |= dict(zip(others, np.bincount(rng.integers(0, len(others), left), minlength=len(others)), strict=True))
    return Tenants(big, small, alike, tiny, nobody, {name: int(size) for name, size in sizes.items()})


def make_months(rng: np.random.Generator, number: int) -> Sequence[str]:
    """Return consecutive months, oldest first, such as `2023-12`, `2024-01`; the year turns after the first two."""
    year = int(rng.integers(2015, 2025))
    return [f"{year + (10 + i) // 12}-{(10 + i) % 12 + 1:02}" for i in range(number)]


_ANIMALS = ["kestrel", "otter", "heron", "lynx", "marten", "plover", "badger", "swift", "ibex", "curlew", "stoat"]
