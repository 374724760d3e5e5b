"""The articles of 2.5 as its checks see them: the learner's functions, and what either search finds by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.collection_assertions import created
from checks.stage2_core_features.fusion import Lists
from fixtures.milvus import Milvus
from fixtures.proxy import Call, proxy_to
from fixtures.serving import settle
from grader.kept import Kept
from grader.runner.submission import Submission

DIM = 24
ARTICLES = 600
CANDIDATES = 50
CATEGORIES = ("manuals", "letters", "news", "recipes", "travel", "law")
_SYLLABLES = ("ka", "lo", "mi", "ter", "su", "wen", "ra", "dol", "pik", "ha", "no", "ris", "tam", "vel", "ub", "jin")
_SHORTEST, _LONGEST = 8, 60
Floats = npt.NDArray[np.float32]
Article = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is looked for: its words, and its meaning as a vector (DIM)."""

    words: str
    meaning: Floats

    def with_words(self, words: str) -> Question:
        """Return the same question in other words."""
        return replace(self, words=words)


@dataclass(frozen=True)
class Library:
    """A collection that the learner's code has made and filled.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        articles: what it holds, by key.
        vocabulary: its words, the most frequent first.
        rng: chance for fresh questions.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    articles: dict[int, Article]
    vocabulary: tuple[str, ...]
    rng: np.random.Generator

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the learner on this collection."""
        return self.submission.call(function, self.milvus.endpoint(), self.collection, *arguments)

    def watched(self, function: str, *arguments: object) -> tuple[Any, tuple[Call, ...]]:
        """Call a function of the learner with one client, then with another, and return what came through that one."""
        self.call(function, *arguments)
        with proxy_to(self.milvus.server.uri, self.milvus.server.token) as proxy:
            endpoint = self.milvus.through(proxy.uri)
            value = self.submission.call(function, endpoint, self.collection, *arguments)
            return value, proxy.calls

    def question(self) -> Question:
        """Return a fresh question of three words that some articles have, and a random meaning."""
        words = self.rng.choice(self.vocabulary[3:60], size=3, replace=False)
        return Question(" ".join(words), self.rng.standard_normal(DIM).astype(np.float32))

    def lists(self, question: Question, category: str | None = None, limit: int = CANDIDATES) -> Lists:
        """Return what either search finds by itself, looked up with the grader's client."""
        only = "" if category is None else f'category == "{category}"'
        return Lists(
            self._search("words", question.words, limit, only),
            self._search("meaning", question.meaning.tolist(), limit, only),
        )

    def category_of(self, key: int) -> str:
        """Return an article's category; empty where there is no such article."""
        return str(self.articles.get(key, {}).get("category", ""))

    def _search(self, field: str, data: object, limit: int, only: str) -> tuple[tuple[int, float], ...]:
        hits = self.milvus.client.search(
            self.collection, [data], anns_field=field, limit=limit, filter=only, consistency_level="Strong", timeout=20
        )[0]
        scores = [float(hit["distance"]) for hit in hits]
        if field == "words":  # milvus-lite reports BM25 as a negative number, and sorts and fuses the positive one
            scores = [abs(score) for score in scores]
        return tuple((int(hit["id"]), score) for hit, score in zip(hits, scores, strict=True))


def open_library(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Library:
    """Return the library of this submission: made by its own code, once for all checks."""

    def make() -> tuple[str, dict[int, Article], tuple[str, ...]]:
        name = kept("empty library", lambda: created(submission, milvus, "articles", DIM))
        vocabulary = make_vocabulary(rng)
        articles = make_articles(rng, vocabulary, ARTICLES)
        submission.call("insert_articles", milvus.endpoint(), name, articles)
        settle(milvus, name)
        return name, {article["id"]: article for article in articles}, vocabulary

    return Library(submission, milvus, *kept("library", make), rng)


def make_vocabulary(rng: np.random.Generator, size: int = 200) -> tuple[str, ...]:
    """Return made-up words of three syllables, each once."""
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(rng.choice(_SYLLABLES, size=3))] = None
    return tuple(words)


def make_articles(rng: np.random.Generator, vocabulary: tuple[str, ...], count: int, first: int = 0) -> list[Article]:
    """Return articles of 8 to 60 words, whose frequency falls with their place in the vocabulary as in a language."""
    weights = 1 / np.arange(1, len(vocabulary) + 1)
    return [
        article(
            key,
            " ".join(rng.choice(vocabulary, size=int(rng.integers(_SHORTEST, _LONGEST)), p=weights / weights.sum())),
            str(rng.choice(CATEGORIES)),
            rng.standard_normal(DIM).astype(np.float32),
        )
        for key in range(first, first + count)
    ]


def article(key: int, text: str, category: str, meaning: Floats) -> Article:
    """Return one article as the brief describes it."""
    return {"id": key, "text": text, "category": category, "meaning": meaning.tolist()}
