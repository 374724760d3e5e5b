"""Judged questions for 2.5: how well each way of searching answers them, by nDCG@10 over a real text corpus.

Of this corpus (five samples of 1,500 documents and 80 questions, milvus-lite 3.2.2): BM25 0.38 to 0.44, meaning 0.63 to
0.65, both fused by rank 0.55 to 0.62. Fusing doesn't beat the better search here, since the other one is much weaker:
so the check asks for what rank fusion is worth, and for more than the worse search.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks.collection_assertions import created
from checks.stage2_core_features.articles import CANDIDATES, Library, Question
from checks.stage2_core_features.fusion import Scores, best, rrf, weighted
from checks.stage2_core_features.hybrid_assertions import as_scored
from fixtures.datasets import Corpus, corpus
from fixtures.milvus import Milvus
from fixtures.serving import settle
from grader.check import because
from grader.measured import Table
from grader.runner.submission import Submission
from infra.messages import N_

DOCUMENTS, QUESTIONS, PLACES = 1_200, 40, 10
BATCH = 400
SLACK = 0.01
"""nDCG by which answers may be worse: where scores of a single search tie, either article may have the better rank."""


@dataclass(frozen=True)
class Figures:
    """nDCG@10 of each way of searching, a mean over the same questions.

    Attributes:
        words: BM25 by itself.
        meaning: vectors by themselves.
        fused: both by reciprocal ranks, computed by the grader from the two lists. An article that is third in one
            list only ties with the one that is third in the other: the worst order of such ties counts.
        weighted: both by their scores with equal weights, likewise.
        yours: what search_hybrid returned.
    """

    words: float
    meaning: float
    fused: float
    weighted: float
    yours: float

    @property
    def worse(self) -> float:
        """What the worse of the two searches reaches by itself."""
        return min(self.words, self.meaning)

    def table(self) -> Table:
        """Return them for the report."""
        rows = (
            (N_("by words alone"), self.words),
            (N_("by meaning alone"), self.meaning),
            (N_("fused by rank"), self.fused),
            (N_("fused by score, equal weights"), self.weighted),
            (N_("your search_hybrid"), self.yours),
        )
        title = N_("What fusing is worth on judged questions")
        return Table(title, (N_("search"), "nDCG@10"), tuple((name, round(value, 3)) for name, value in rows))


def judged(submission: Submission, milvus: Milvus, rng: np.random.Generator) -> Figures:
    """Fill a collection of the learner's with real documents, and have every way of searching answer real questions."""
    texts = corpus().sample(rng, DOCUMENTS, QUESTIONS)
    library = _filled(submission, milvus, texts, rng)
    asked = [Question(q.text, vector) for q, vector in zip(texts.questions, texts.question_vectors, strict=True)]
    lists = [library.lists(question, limit=CANDIDATES) for question in asked]
    endpoint = milvus.endpoint()
    answers = submission.map(
        "search_hybrid", [(endpoint, library.collection, q.words, q.meaning, PLACES) for q in asked]
    )
    return Figures(
        words=_mean(texts, [[key for key, _ in each.words] for each in lists]),
        meaning=_mean(texts, [[key for key, _ in each.meaning] for each in lists]),
        fused=_mean(texts, [_worst(rrf(each), q.answers) for each, q in zip(lists, texts.questions, strict=True)]),
        weighted=_mean(texts, [_keys(weighted(each, 0.5)) for each in lists]),
        yours=_mean(texts, [_found(answer) for answer in answers]),
    )


def assert_worth(figures: Figures) -> None:
    """Make sure that the learner's answers are as good as rank fusion makes them, and better than the worse search."""
    enough = max(figures.fused - SLACK, figures.worse)
    assert figures.yours >= enough, because(
        "worse_than_fusing",
        "On {questions} judged questions search_hybrid() reaches an nDCG@10 of {yours:.3f}. Fused by rank the same two "
        "searches reach {fused:.3f} (words alone {words:.3f}, meaning alone {meaning:.3f}). Does a question arrive "
        "whole, and do both lists, however long the question is?",
        questions=QUESTIONS,
        yours=figures.yours,
        fused=figures.fused,
        words=figures.words,
        meaning=figures.meaning,
    )


def _filled(submission: Submission, milvus: Milvus, texts: Corpus, rng: np.random.Generator) -> Library:
    name = created(submission, milvus, "judged", texts.vectors.shape[1])
    rows: list[dict[str, Any]] = [
        {"id": document.id, "text": document.text, "category": document.source, "meaning": vector}
        for document, vector in zip(texts.documents, texts.vectors.tolist(), strict=True)
    ]
    for start in range(0, len(rows), BATCH):
        milvus.client.insert(name, rows[start : start + BATCH], timeout=30)
    settle(milvus, name)
    return Library(submission, milvus, name, {row["id"]: row for row in rows}, (), rng)


def _worst(scores: Scores, answers: Collection[int]) -> list[int]:
    """Return the first keys in the least lucky order: where scores tie, answers come last."""
    return sorted(scores, key=lambda key: (-round(scores[key], 9), key in answers))[:PLACES]


def _keys(scores: Scores) -> list[int]:
    return [key for key, _ in best(scores, PLACES)]


def _found(answer: Any) -> list[int]:
    if isinstance(answer, Exception):
        raise answer
    return [key for key, _ in as_scored(answer, "search_hybrid", PLACES)]


def _mean(texts: Corpus, found: list[list[int]]) -> float:
    return float(np.mean([q.ndcg(keys, PLACES) for q, keys in zip(texts.questions, found, strict=True)]))
