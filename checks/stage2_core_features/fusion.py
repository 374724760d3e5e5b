"""Fusing two lists, computed from what either search finds by itself, and what the usual mistakes make of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

K = 60
TIE = 1e-6
"""By how little the scores of a single search may differ where its order is chance."""
Hits = tuple[tuple[int, float], ...]
Scores = Mapping[int, float]


@dataclass(frozen=True)
class Lists:
    """What the two searches found: keys with scores, greater is better, the best first.

    Attributes:
        words: by BM25.
        meaning: by cosine similarity.
    """

    words: Hits
    meaning: Hits

    def cut(self, limit: int) -> Lists:
        """Return the first few of each."""
        return Lists(self.words[:limit], self.meaning[:limit])


def rrf(lists: Lists, k: float = K, first: int = 1) -> Scores:
    """Return reciprocal rank fusion: for each list that a key is in, 1 / (k + rank).

    Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009, with k = 60.
    """
    return _summed(
        (key, 1 / (k + rank)) for hits in (lists.words, lists.meaning) for rank, (key, _) in _ranks(hits, first)
    )


def rrf_bounds(lists: Lists, k: float = K) -> tuple[Scores, Scores]:
    """Return the least and the greatest score that each key can have: keys that tie may stand in any order."""
    least: list[tuple[int, float]] = []
    greatest: list[tuple[int, float]] = []
    for hits in (lists.words, lists.meaning):
        for key, score in hits:
            least.append((key, 1 / (k + sum(other > score - TIE for _, other in hits))))
            greatest.append((key, 1 / (k + 1 + sum(other > score + TIE for _, other in hits))))
    return _summed(least), _summed(greatest)


def weighted(lists: Lists, share_of_words: float) -> Scores:
    """Return weighted fusion as Milvus does it: BM25 by 2 atan(s) / π, cosine by (1 + s) / 2, both from 0 to 1."""
    words = [(key, share_of_words * 2 * math.atan(score) / math.pi) for key, score in lists.words]
    return _summed([*words, *((key, (1 - share_of_words) * (1 + score) / 2) for key, score in lists.meaning)])


def raw(lists: Lists, share_of_words: float) -> Scores:
    """Return the mistake of adding scores as they are."""
    words = [(key, share_of_words * score) for key, score in lists.words]
    return _summed([*words, *((key, (1 - share_of_words) * score) for key, score in lists.meaning)])


def by_range(lists: Lists, share_of_words: float) -> Scores:
    """Return the mistake of scaling each list from its own worst (0) to its own best (1)."""
    words = [(key, share_of_words * score) for key, score in _stretched(lists.words)]
    return _summed([*words, *((key, (1 - share_of_words) * score) for key, score in _stretched(lists.meaning))])


def best(scores: Scores, limit: int) -> Hits:
    """Return the keys with the greatest scores."""
    return tuple(sorted(scores.items(), key=lambda pair: -pair[1])[:limit])


def one_behind_the_other(some: Hits, others: Hits, limit: int) -> list[int]:
    """Return the mistake of putting one list behind the other, each key once."""
    return list(dict.fromkeys(key for hits in (some, others) for key, _ in hits))[:limit]


def in_turn(some: Hits, others: Hits, limit: int) -> list[int]:
    """Return the mistake of taking from both lists in turn, each key once."""
    return list(dict.fromkeys(key for pair in zip(some, others, strict=False) for key, _ in pair))[:limit]


def _ranks(hits: Hits, first: int) -> Iterable[tuple[int, tuple[int, float]]]:
    return enumerate(hits, first)


def _summed(parts: Iterable[tuple[int, float]]) -> Scores:
    scores: dict[int, float] = {}
    for key, part in parts:
        scores[key] = scores.get(key, 0.0) + part
    return scores


def _stretched(hits: Hits) -> Hits:
    scores = [score for _, score in hits]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    return tuple((key, (score - low) / ((high - low) or 1.0)) for key, score in hits)
