"""Checks of 3.1 Text similarity search.

The learner's code fills one library of documents, which the checks share. The grader has no model: it knows the vectors
of the corpus, and those of the same texts in letters of another size, which have to be embedded afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checks.collection_assertions import created
from checks.stage3_use_cases.embedded import assert_the_kits
from checks.stage3_use_cases.judged_texts import (
    answered,
    assert_better_than_words,
    assert_found_without_words,
    drawn,
    filled,
    wordless,
)
from checks.stage3_use_cases.text_assertions import (
    as_hits,
    assert_chunks,
    assert_embedded,
    assert_enough,
    assert_gathered,
    assert_ranked,
    assert_schema,
    assert_stored,
)
from checks.stage3_use_cases.text_library import (
    FIRST_KEY,
    LAST_KEY,
    OVERLAP,
    WORDS,
    Asked,
    TextLibrary,
    open_library,
    recased,
)
from fixtures.datasets import corpus
from fixtures.milvus import Milvus
from fixtures.recall import recall_of
from fixtures.serving import settle
from grader.check import because, check, not_graded
from grader.kept import Kept
from grader.measured import Measured
from grader.racing import Race
from grader.runner.submission import Submission

LIMIT = 10
FLOOR = 0.95
"""What share of the best documents a search has to find: approximate indexes miss some."""
NEAR_THE_TOP = 3
MORE = 16
"""How many documents a check adds to the library to look at their vectors."""
STRAYED = 0.01
"""How far from its text, as a cosine, a vector may be to be still its own."""
ASKED, ROUNDS = 12, 6
MOST_PASSAGES = 20
EMBEDDED_AT_ONCE = 24
EVEN_WORDS = range(8, 13)
"""How many words the questions have that embedding and searching are timed with."""


@pytest.fixture
def library(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> TextLibrary:
    """The collection that the learner's code made and filled, once for all checks."""
    return open_library(submission, milvus, kept, rng)


@check("3.1", points=2)
def cuts_texts_into_chunks(submission: Submission, rng: np.random.Generator) -> None:
    """chunk covers a text with chunks that overlap, and loses no word"""
    step = WORDS - OVERLAP
    lengths = [0, 1, WORDS - 1, WORDS, WORDS + 1, WORDS + step, WORDS + step + 1, int(rng.integers(400, 900))]
    cases = [(length, WORDS, OVERLAP) for length in lengths]
    cases += [(int(rng.integers(20, 60)), 7, 3), (int(rng.integers(20, 60)), 10, 0)]
    blanks = [" ", " ", " ", "\n", "  "]
    texts = ["".join(f"w{n}{rng.choice(blanks)}" for n in range(length)) for length, _, _ in cases]
    values = submission.map("chunk", [(text, *case[1:]) for text, case in zip(texts, cases, strict=True)])
    for text, (_, words, overlap), value in zip(texts, cases, values, strict=True):
        if isinstance(value, Exception):
            raise value
        assert_chunks(text, words, overlap, value)


@check("3.1", points=2)
def embeds_texts(submission: Submission, rng: np.random.Generator) -> None:
    """embed returns the model's vector of each text, of length 1, in their order"""
    assert_the_kits("text")
    texts = corpus()
    rows = rng.choice(len(texts.documents), EMBEDDED_AT_ONCE, replace=False)
    asked = [recased(texts.documents[row].text, rng) for row in rows]
    assert_embedded(submission.call("embed", asked), texts.vectors[rows])


@check("3.1")
def creates_the_collection(submission: Submission, milvus: Milvus, kept: Kept) -> None:
    """create_collection makes a collection of chunks, indexed and ready to search"""
    assert_schema(milvus, kept("empty", lambda: created(submission, milvus, "texts")))


@check("3.1", points=2, after=[creates_the_collection, cuts_texts_into_chunks, embeds_texts])
def stores_every_chunk(library: TextLibrary) -> None:
    """add_documents stores each chunk once, with its document"""
    assert_stored(library.documents, library.stored(), library.said)


@check("3.1", points=2, after=[stores_every_chunk])
def stores_the_vectors(library: TextLibrary) -> None:
    """add_documents stores the vector of each chunk beside its text"""
    texts, rng = corpus(), library.rng
    rows = rng.choice(len(texts.documents), MORE, replace=False)
    keys = rng.integers(FIRST_KEY, LAST_KEY, MORE).tolist()
    added = {key: recased(texts.documents[row].text, rng) for key, row in zip(keys, rows, strict=True)}
    library.call("add_documents", [{"id": key, "text": text} for key, text in added.items()])
    stored = library.stored()
    place = {int(key): at for at, key in enumerate(stored.documents)}
    missing = [key for key in keys if key not in place]
    assert not missing, because(
        "not_added",
        "add_documents() was called again with {count} documents, and {missing} of them aren't in the collection.",
        count=MORE,
        missing=len(missing),
    )
    near = [stored.similarities(texts.vectors[row])[place[key]] for key, row in zip(keys, rows, strict=True)]
    wrong = [key for key, similarity in zip(keys, near, strict=True) if not similarity > 1 - STRAYED]
    assert not wrong, because(
        "strayed_vectors",
        "{wrong} of {count} chunks are stored with a vector that isn't theirs, such as {example!r}. Do texts and "
        "vectors stay in the same order?",
        wrong=len(wrong),
        count=MORE,
        example=added[wrong[0]][:50] if wrong else "",
    )


@check("3.1", points=2, after=[stores_the_vectors])
def finds_the_nearest(library: TextLibrary) -> None:
    """search finds the documents whose best chunk is nearest to the question"""
    stored, shares = library.stored(), []
    # Where one document comes twice belongs to a check of its own.
    plain = [asked for asked in library.asked if stored.are_of_different_documents(asked.vector, 2 * LIMIT)]
    for asked in plain[:ASKED]:
        truth = stored.best_documents(asked.vector)
        hits = as_hits(library.call("search", asked.text, LIMIT), LIMIT)
        assert_ranked(hits, truth, asked)
        enough = min(score for _, score in truth[:LIMIT]) - 1e-4
        shares.append(sum(score >= enough for _, score in hits) / LIMIT)
    recall = recall_of(shares)
    assert recall.may_reach(FLOOR), because(
        "misses_neighbours",
        "search() finds {recall:.0%} of the nearest documents, and {floor:.0%} are asked for. Is the vector that of "
        "the question, whole and unchanged?",
        recall=recall.mean,
        floor=FLOOR,
    )


@check("3.1", points=2, after=[finds_the_nearest])
def finds_what_stands_far_behind(library: TextLibrary) -> None:
    """search finds an answer behind the first 300 words of a long document"""
    for key, asked in library.far_behind.items():
        hits = [document for document, _ in as_hits(library.call("search", asked.text, LIMIT), LIMIT)]
        assert key in hits[:NEAR_THE_TOP], because(
            "end_not_read",
            "Document {key} has {words} words, and the last of them answer {question!r}. search() doesn't have it "
            "among the first {places}. A model drops what is longer than it can read: is each chunk embedded by "
            "itself?",
            key=key,
            words=len(library.documents[key].split()),
            question=asked.text[:60],
            places=NEAR_THE_TOP,
        )


@check("3.1", points=2, after=[finds_the_nearest])
def names_each_document_once(library: TextLibrary) -> None:
    """search finds ten documents, even where nine chunks of one are the nearest"""
    asked = library.repetitive
    hits = as_hits(library.call("search", asked.text, LIMIT), LIMIT)
    truth = library.stored().best_documents(asked.vector)
    assert_enough(hits, LIMIT, len(truth))
    assert_ranked(hits, truth, asked)
    shown = [score for _, score in hits]
    assert np.allclose(shown, [score for _, score in truth[:LIMIT]], atol=1e-2), because(
        "other_documents",
        "For a question that one document answers with each of its chunks, the ten best documents are similar by "
        "{expected}, and search() returned documents that are similar by {actual}.",
        expected=str([round(score, 2) for _, score in truth[:LIMIT]]),
        actual=str([round(score, 2) for score in shown]),
    )


@check("3.1", after=[finds_the_nearest])
def finds_new_documents_at_once(library: TextLibrary) -> None:
    """search finds a document as soon as it is added"""
    for asked in library.asked[:ROUNDS]:
        key = int(library.rng.integers(FIRST_KEY, LAST_KEY))
        library.call("add_documents", [{"id": key, "text": recased(asked.text, library.rng)}])
        hits = as_hits(library.call("search", asked.text, LIMIT), LIMIT)
        assert key in [document for document, _ in hits], because(
            "stale",
            "A document was added, and a search right after it with the same client didn't find it, though it says "
            "word for word what was asked. With consistency level Session a client sees what it wrote itself.",
        )


@check("3.1", points=2, after=[finds_the_nearest])
def gathers_passages(library: TextLibrary) -> None:
    """passages gathers the best chunks that there is room for"""
    stored = library.stored()
    asked = [*library.asked[16:20], library.repetitive]
    for each, words in zip(asked, (90, 250, 400, 5_000, 700), strict=True):
        found = library.call("passages", each.text, words)
        assert_gathered(found, stored, each.vector, words, MOST_PASSAGES)


@check("3.1", points=3, after=[finds_the_nearest], limit_s=180)
def answers_better_than_words(
    submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator, measured: Callable[[Measured], None]
) -> None:
    """search answers judged questions over 5,243 documents better than BM25"""
    name = kept("corpus", lambda: filled(submission, milvus))
    answers = answered(submission, milvus, name, drawn(rng))
    measured(answers.table())
    by_chance, by_words = answers.figures(answers.chance), answers.figures(answers.words)
    if by_words.ndcg <= 2 * by_chance.ndcg:
        raise not_graded("words_find_nothing", "here a search by words finds no more than chance")
    assert_better_than_words(answers)


@check("3.1", points=2, after=[finds_the_nearest], limit_s=180)
def finds_without_a_common_word(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> None:
    """search finds answers that share no word with their question"""
    name = kept("corpus", lambda: filled(submission, milvus))
    assert_found_without_words(answered(submission, milvus, name, wordless(rng)))


@check("3.1", points=2, after=[embeds_texts], timed=True)
def embeds_many_at_once(race: Race, rng: np.random.Generator) -> None:
    """embed takes at most 1.3 times as long as the reference for many short texts"""
    asked = _of_a_length()

    def arguments() -> list[Sequence[object]]:
        chosen = rng.choice(len(asked), EMBEDDED_AT_ONCE, replace=False)
        return [([recased(asked[row].text, rng) for row in chosen],)]

    def right(argss: list[Sequence[object]], results: list[Any]) -> None:
        vector_of = {each.text.lower(): each.vector for each in asked}
        for (texts,), value in zip(argss, results, strict=True):
            assert isinstance(texts, list)
            assert_embedded(value, np.array([vector_of[text.lower()] for text in texts]))

    race.judge("embed", arguments, right)


@check("3.1", points=2, after=[finds_the_nearest], timed=True)
def searches_as_fast_as_the_reference(library: TextLibrary, race: Race) -> None:
    """search takes at most 1.3 times as long as the reference"""
    asked, endpoint, rng = _of_a_length(), library.milvus.endpoint(), library.rng
    settle(library.milvus, library.collection)
    stored = library.stored()

    def arguments() -> list[Sequence[object]]:
        return [(endpoint, library.collection, recased(asked[rng.integers(len(asked))].text, rng), LIMIT)]

    def right(argss: list[Sequence[object]], results: list[Any]) -> None:
        one = int(rng.integers(len(results)))  # looking at all of them would take longer than the race
        question = next(each for each in asked if each.text.lower() == str(argss[one][2]).lower())
        hits = as_hits(results[one], LIMIT)
        assert_ranked(hits, stored.best_documents(question.vector), question)
        assert_enough(hits, LIMIT, len(set(stored.documents.tolist())))

    race.judge("search", arguments, right)


def _of_a_length() -> list[Asked]:
    """Return questions of about a length: what is timed should not depend on which one comes."""
    texts = corpus()
    pairs = zip(texts.questions, texts.question_vectors, strict=True)
    return [Asked(question, vector) for question, vector in pairs if len(question.text.split()) in EVEN_WORDS]
