"""The texts of 3.1 as its checks see them: documents whose vectors are known, and what a collection holds of them.

The model of 3.1 doesn't tell capital letters from small ones. So a text of the corpus in letters of random size is one
that nobody has seen before, it has to be embedded afresh, and the grader knows the vector that must come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.collection_assertions import created
from checks.stage3_use_cases.embedded import Vectors
from fixtures.datasets import Corpus, Question, corpus
from fixtures.milvus import Milvus
from grader.check import because
from grader.kept import Kept
from grader.runner.submission import Submission

WORDS, OVERLAP = 120, 20
"""What the brief says of chunks."""
DOCUMENTS = 240
FAR_BEHIND = 3
"""How many long documents have their answer behind what a model reads of them."""
REPEATED = 9
"""How many chunks of one document would fill the results of a search."""
SURE = 0.5
"""How similar a question of the library is to its answer at least."""
FIRST_KEY, LAST_KEY = 10_000, 1_000_000_000
"""Between which the keys of planted documents lie; those of the corpus are below."""


def recased(text: str, rng: np.random.Generator) -> str:
    """Return a text in letters of random size, which has the same vector."""
    upper = rng.random(len(text)) < 0.5
    return "".join(letter.upper() if up else letter.lower() for letter, up in zip(text, upper, strict=True))


def expected_chunks(text: str, words: int = WORDS, overlap: int = OVERLAP) -> list[str]:
    """Return the chunks that the brief asks for."""
    every = text.split()
    starts = [start for start in range(0, len(every), words - overlap) if not start or start + overlap < len(every)]
    return [" ".join(every[start : start + words]) for start in starts]


@dataclass(frozen=True)
class Stored:
    """The chunks that a collection holds.

    Attributes:
        documents: which document each is of, shape (chunks,).
        texts: what each says.
        vectors: shape (chunks, 384).
    """

    documents: npt.NDArray[np.int64]
    texts: tuple[str, ...]
    vectors: Vectors

    def similarities(self, vector: Vectors) -> npt.NDArray[np.float64]:
        """Return the cosine of each chunk with a vector of length 1."""
        lengths = np.linalg.norm(self.vectors.astype(np.float64), axis=1)
        found: npt.NDArray[np.float64] = self.vectors.astype(np.float64) @ vector / lengths
        return found

    def are_of_different_documents(self, vector: Vectors, count: int) -> bool:
        """Say whether the chunks that are nearest to a vector come from as many documents."""
        nearest = np.argsort(-self.similarities(vector), kind="stable")[:count]
        return len(set(self.documents[nearest].tolist())) == count

    def best_documents(self, vector: Vectors) -> list[tuple[int, float]]:
        """Return each document with the similarity of its best chunk, the best first."""
        best: dict[int, float] = {}
        near = self.similarities(vector)
        for row in np.argsort(-near, kind="stable"):
            best.setdefault(int(self.documents[row]), float(near[row]))
        return list(best.items())


@dataclass(frozen=True)
class Asked:
    """A question whose answer the grader knows, and the vector of it."""

    question: Question
    vector: Vectors

    @property
    def text(self) -> str:
        """What is asked."""
        return self.question.text


@dataclass(frozen=True)
class TextLibrary:
    """A collection that the learner's code has made and filled.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        documents: what was added, text by key.
        asked: questions that documents of it answer.
        far_behind: by key of a long document, the question that its last chunk answers.
        repetitive: the question that one document answers with each of its chunks.
        said: what add_documents returned.
        rng: chance.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    documents: dict[int, str]
    asked: tuple[Asked, ...]
    far_behind: dict[int, Asked]
    repetitive: Asked
    said: Any
    rng: np.random.Generator

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the learner on this collection."""
        return self.submission.call(function, self.milvus.endpoint(), self.collection, *arguments)

    def stored(self) -> Stored:
        """Return what the collection holds now."""
        return stored_in(self.milvus, self.collection)


def stored_in(milvus: Milvus, collection: str) -> Stored:
    """Return the chunks of a collection that the learner's code has filled."""
    rows = milvus.client.query(
        collection,
        filter="document >= 0",
        output_fields=["document", "text", "vector"],
        consistency_level="Strong",
        timeout=30,
    )
    assert rows, because("nothing_stored", "After add_documents() there is no chunk in the collection.")
    vectors = np.array([row["vector"] for row in rows], dtype=np.float32)
    return Stored(np.array([row["document"] for row in rows], dtype=np.int64), tuple(r["text"] for r in rows), vectors)


def open_library(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> TextLibrary:
    """Return the library of this submission: made by its own code, once for all checks."""

    def make() -> tuple[str, dict[int, str], tuple[Asked, ...], dict[int, Asked], Asked, Any]:
        name = kept("empty", lambda: created(submission, milvus, "texts"))
        documents, asked, far_behind, repetitive = planted(rng)
        rows = [{"id": key, "text": text} for key, text in documents.items()]
        said = submission.call("add_documents", milvus.endpoint(), name, rows)
        return name, documents, asked, far_behind, repetitive, said

    return TextLibrary(submission, milvus, *kept("library", make), rng)


def planted(rng: np.random.Generator) -> tuple[dict[int, str], tuple[Asked, ...], dict[int, Asked], Asked]:
    """Return documents, questions that they answer, and the questions of the long ones.

    A long document is made of passages of a manual, so that its last chunk holds an answer which stands nowhere else;
    another one says the same in each of its chunks.
    """
    clear = clear_questions()
    rng.shuffle(clear)
    chosen = clear[: FAR_BEHIND + 1]
    away = {row for asked in chosen for row in asked.question.answers}
    texts = _others(rng, away)
    documents = {document.id: document.text for document in texts.documents}
    filler = [document.text for document in corpus().documents if len(document.text.split()) >= 80]
    far_behind = {}
    *keys, of_the_repetitive = (int(key) for key in rng.integers(FIRST_KEY, LAST_KEY, FAR_BEHIND + 1))
    for key, asked in zip(keys, chosen[:FAR_BEHIND], strict=True):
        before = " ".join(rng.choice(filler, 6, replace=False)).split()
        blocks = int(rng.integers(3, 5))
        head = before[: blocks * (WORDS - OVERLAP)]
        tail = _repeated(answer_of(asked), WORDS)  # the last chunk whole: it says nothing else
        documents[key] = recased(" ".join([*head, *tail]), rng)
        far_behind[key] = asked
    repetitive = chosen[FAR_BEHIND]
    again_and_again = _repeated(answer_of(repetitive), REPEATED * (WORDS - OVERLAP) + OVERLAP)
    documents[of_the_repetitive] = recased(" ".join(again_and_again), rng)
    order = rng.permutation(list(documents))
    asked_of_these = tuple(Asked(q, v) for q, v in zip(texts.questions, texts.question_vectors, strict=True))
    return {int(key): documents[int(key)] for key in order}, asked_of_these, far_behind, repetitive


def answer_of(asked: Asked) -> str:
    """Return the text of a question's nearest answer."""
    texts = corpus()
    best = max(asked.question.answers, key=lambda row: float(texts.vectors[row] @ asked.vector))
    return texts.documents[best].text


def clear_questions() -> list[Asked]:
    """Return the questions whose answer is much nearer to them than any other text of the corpus."""
    texts = corpus()
    near = texts.question_vectors @ texts.vectors.T
    clear = []
    for question, vector, row in zip(texts.questions, texts.question_vectors, near, strict=True):
        answers = sorted(question.answers)
        others = np.delete(row, answers).max()
        lengths = [len(texts.documents[answer].text.split()) for answer in answers]
        if question.kind != "usage" and row[answers].max() > max(0.5, others + 0.1) and min(lengths) >= 12:
            clear.append(Asked(question, vector))
    return clear


def _others(rng: np.random.Generator, away: set[int]) -> Corpus:
    """Draw documents and questions, none of them about what is planted."""
    whole = corpus()
    questions = [
        row
        for row, (question, vector) in enumerate(zip(whole.questions, whole.question_vectors, strict=True))
        if not question.answers & away and (whole.vectors[sorted(question.answers)] @ vector).max() > SURE
    ]
    rest = Corpus(
        tuple(document for document in whole.documents if document.id not in away),
        whole.vectors[[row for row in range(len(whole.documents)) if row not in away]],
        tuple(whole.questions[row] for row in questions),
        whole.question_vectors[questions],
    )
    return rest.sample(rng, DOCUMENTS, 24)


def _repeated(text: str, count: int) -> list[str]:
    """Return so many words: those of a text, again and again."""
    words = text.split()
    return (words * (count // len(words) + 1))[:count]
