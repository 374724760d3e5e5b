"""What a search by words finds, computed in numpy: the rival that a search by meaning has to beat.

BM25 as Robertson and Zaragoza give it (The Probabilistic Relevance Framework, 2009), k1 = 1.2, b = 0.75, over words in
small letters without an English plural's `s`.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fixtures.datasets import corpus

K1, B = 1.2, 0.75
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    word
    for line in (
        "a about all an and any are as at be been but by can could did do does down for from had has have he her here",
        "his how i if in into is it its just me my no not of off on only or our out over she should so some such than",
        "that the their them then there these they this those to under up us very was we were what when where which",
        "who whom whose why will with would you your",
    )
    for word in line.split()
)
_STEM = 5
"""Letters by which two forms of a word are the same: `compute`, `computer` and `computing`."""


def words_of(text: str) -> list[str]:
    """Return the words that a search by words goes by."""
    return [word.removesuffix("s") for word in _WORD.findall(text.lower()) if word not in _STOP]


def share_a_word(question: str, text: str) -> bool:
    """Say whether two texts have a word in common, in whatever form."""
    asked = {word[:_STEM] for word in words_of(question)}
    return not asked.isdisjoint(word[:_STEM] for word in words_of(text))


class WordIndex:
    """BM25 over some texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(words_of(text)) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float64)
        damping = K1 * (1 - B + B * lengths / lengths.mean())
        postings: dict[str, list[tuple[int, int]]] = {}
        for row, count in enumerate(counts):
            for word, times in count.items():
                postings.setdefault(word, []).append((row, times))
        self._rows = len(texts)
        self._weights: dict[str, tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]] = {}
        for word, places in postings.items():
            rows, times = np.array(places).T
            idf = np.log(1 + (self._rows - len(rows) + 0.5) / (len(rows) + 0.5))
            self._weights[word] = rows, idf * times * (K1 + 1) / (times + damping[rows])

    def best(self, question: str, limit: int) -> list[int]:
        """Return the rows of the texts that fit a question best; fewer where fewer share a word with it."""
        scores = np.zeros(self._rows)
        for word in set(words_of(question)):
            if word in self._weights:
                rows, weights = self._weights[word]
                scores[rows] += weights
        order = np.argsort(-scores, kind="stable")[:limit]
        return [int(row) for row in order if scores[row] > 0]


@functools.cache
def corpus_by_words() -> WordIndex:
    """Return the index of the whole corpus."""
    return WordIndex([document.text for document in corpus().documents])
