"""What the checks of 3.1 ask of chunks, vectors and answers, and what each difference looks like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from pymilvus import DataType

from checks.collection_assertions import assert_fields, assert_loaded, assert_metric, described
from checks.stage3_use_cases.embedded import SAME, Vectors, as_vectors, assert_vectors, cosines
from checks.stage3_use_cases.text_library import WORDS, Asked, Stored, expected_chunks
from fixtures.milvus import Milvus
from grader.check import because, returned, shortened

DIM = 384
SCORE = 1e-3
_FIELDS = {
    "id": DataType.INT64,
    "document": DataType.INT64,
    "text": DataType.VARCHAR,
    "vector": DataType.FLOAT_VECTOR,
}

Hits = list[tuple[int, float]]


def assert_chunks(text: str, words: int, overlap: int, value: Any) -> None:
    """Compare chunks with those that the brief asks for."""
    actual, expected = returned(value, list[str], "chunk"), expected_chunks(text, words, overlap)
    if actual == expected:
        return
    facts = {
        "length": len(text.split()),
        "words": words,
        "overlap": overlap,
        "expected": shortened([len(part.split()) for part in expected]),
        "actual": shortened([len(part.split()) for part in actual]),
    }
    sentence = (
        "chunk() was given a text of {length} words, words={words} and overlap={overlap}. Chunks of {expected} words "
        "are expected, and it returned chunks of {actual}. "
    )
    covered = {word for part in actual for word in part.split()}
    for reason, hint, fits in (
        (
            "words_lost",
            "Words of the text are in none of them.",
            not covered.issuperset(text.split()),
        ),
        (
            "too_long",
            "The model would drop the end of a chunk that long, without a word.",
            max((len(part.split()) for part in actual), default=0) > words,
        ),
        (
            "nothing_new",
            "The last chunk has no word that the one before it doesn't have: it would be found twice.",
            len(actual) > len(expected) and actual[: len(expected)] == expected,
        ),
        (
            "no_overlap",
            "The chunks don't repeat anything: a sentence on the border is in neither of them.",
            overlap > 0 and " ".join(actual) == " ".join(text.split()),
        ),
    ):
        assert not fits, because(reason, sentence + hint, **facts)
    raise AssertionError(
        because("wrong_chunks", sentence + "Each begins `words - overlap` words after the one before.", **facts)
    )


def assert_embedded(value: Any, truth: Vectors) -> None:
    """Hold what embed returned for some texts against the vectors that the model has for them."""
    vectors = as_vectors(value, len(truth), DIM, "embed")
    own = cosines(vectors, truth)
    otherwise = because(
        "other_vectors",
        "embed() returned vectors of which {wrong} of {count} aren't those of their texts by all-MiniLM-L6-v2 "
        "(cosine {lowest:.3f} at worst). Does the model see each text whole, and nothing but the text?",
        wrong=int((own < 1 - SAME).sum()),
        count=len(own),
        lowest=float(own.min()),
    )
    assert_vectors(vectors, truth, "embed", otherwise)


def assert_schema(milvus: Milvus, collection: str) -> None:
    """Compare what the server says of the collection with the brief."""
    description, metrics = described(milvus, collection)
    dim = int(assert_fields(description, _FIELDS)["vector"]["params"]["dim"])
    assert dim == DIM, because(
        "wrong_dim", "vector should have {expected} numbers, and it has {actual}.", expected=DIM, actual=dim
    )
    assert_metric(metrics, "vector", "COSINE")
    assert_loaded(milvus, collection)


def assert_stored(documents: Mapping[int, str], stored: Stored, said: Any) -> None:
    """Make sure that a collection holds every chunk of every document, each once and under its document."""
    expected = Counter((key, part) for key, text in documents.items() for part in expected_chunks(text))
    actual = Counter(zip((int(key) for key in stored.documents), stored.texts, strict=True))
    longest = max((len(text.split()) for text in stored.texts), default=0)
    assert longest <= WORDS, because(
        "not_cut",
        "A chunk in the collection has {longest} words. The model reads the beginning of it, and whatever stands "
        "behind can't be found. Take documents apart with chunk() before you embed them.",
        longest=longest,
    )
    keys = set(documents)
    assert keys.issuperset(key for key, _ in actual), because(
        "unknown_documents",
        "The field document of the chunks holds {actual}, which no document is called. It is the id of the document "
        "that a chunk was cut from.",
        actual=shortened(sorted({key for key, _ in actual} - keys)),
    )
    text_of = {part: key for key, part in expected}
    strayed = [part for key, part in actual if text_of.get(part, key) != key]
    assert not strayed, because(
        "wrong_document",
        "{count} chunks stand under a document that they weren't cut from, such as {example}.",
        count=len(strayed),
        example=shortened(strayed[0] if strayed else ""),
    )
    assert actual == expected, because(
        "wrong_chunks_stored",
        "add_documents() was given documents of {expected} chunks, and the collection holds {actual}; {missing} of the "
        "right ones are missing, and {extra} are too many.",
        expected=expected.total(),
        actual=actual.total(),
        missing=(expected - actual).total(),
        extra=(actual - expected).total(),
    )
    count = returned(said, int, "add_documents")
    assert count == expected.total(), because(
        "wrong_count",
        "add_documents() inserted {expected} chunks and returned {actual}.",
        expected=expected.total(),
        actual=count,
    )


def as_hits(value: Any, limit: int) -> Hits:
    """Return documents as search must return them: pairs, the best first, each document once."""
    hits: Hits = []
    for hit in returned(value, list[list[int | float]], "search"):
        pair = len(hit) == 2 and isinstance(hit[0], int) and -1e3 < hit[1] < 1e3
        assert pair, because(
            "wrong_hit",
            "search() should return pairs of a document and a similarity, but it returned {actual}.",
            actual=shortened(hit),
        )
        hits.append((int(hit[0]), float(hit[1])))
    keys = [key for key, _ in hits]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    assert not twice, because(
        "document_twice",
        "search() returned the documents {twice} more than once. Chunks were found; a document counts by its best one.",
        twice=shortened(twice),
    )
    assert len(hits) <= limit, because(
        "too_many",
        "search() was asked for {limit} documents and returned {actual}.",
        limit=limit,
        actual=len(hits),
    )
    return hits


def assert_ranked(hits: Hits, truth: Hits, asked: Asked) -> None:
    """Make sure that hits are known documents, the most similar first, with the similarity of their best chunk."""
    expected = dict(truth)
    unknown = [key for key, _ in hits if key not in expected]
    assert not unknown, because(
        "not_documents",
        "search() returned {actual}, which no document is called. A hit's `id` is the chunk's own key; its document "
        "stands in the field document.",
        actual=shortened(unknown),
    )
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True), because(
        "not_sorted",
        "search() should return the best document first, and the similarities of its documents are {actual}.",
        actual=shortened([round(score, 3) for score in scores]),
    )
    off = [(key, score) for key, score in hits if abs(score - expected[key]) > SCORE]
    if not off:
        return
    key, score = off[0]
    distance = all(abs((1 - score) - expected[key]) < SCORE for key, score in hits)
    assert not distance, because(
        "distance_for_similarity",
        'For COSINE, Milvus calls the similarity "distance". search() turned it around: document {key} is similar by '
        "{expected:.3f}, and it returned {actual:.3f}.",
        key=key,
        expected=expected[key],
        actual=score,
    )
    raise AssertionError(
        because(
            "wrong_similarity",
            "For {question!r}, document {key} has a chunk that is similar by {expected:.3f}, and search() returned "
            "{actual:.3f} for it. A document is as good as its best chunk.",
            question=shortened(asked.text),
            key=key,
            expected=expected[key],
            actual=score,
        )
    )


def assert_enough(hits: Hits, limit: int, documents: int) -> None:
    """Make sure that as many documents came as were asked for."""
    assert len(hits) == min(limit, documents), because(
        "too_few",
        "search() was asked for {limit} documents, of {documents} that there are, and returned {actual}. Of one "
        "document nine chunks are near to this question: so ten chunks are too few for ten documents.",
        limit=limit,
        documents=documents,
        actual=len(hits),
    )


def assert_gathered(found: Any, stored: Stored, vector: Vectors, words: int, most: int) -> None:
    """Compare gathered passages with the best chunks that there is room for."""
    passages = [(pair[0], pair[-1]) for pair in returned(found, list[list[int | str]], "passages") if pair]
    near = stored.similarities(vector)
    place: dict[tuple[Any, Any], int] = {
        (int(k), t): row for row, (k, t) in enumerate(zip(stored.documents, stored.texts, strict=True))
    }
    unknown = [pair for pair in passages if pair not in place]
    assert not unknown, because(
        "not_passages",
        "passages() should return pairs of a document and the text of one of its chunks, whole and unchanged. It "
        "returned {actual}.",
        actual=shortened(unknown[0] if unknown else ""),
    )
    expected, room = [], words
    for row in np.argsort(-near, kind="stable")[:most]:
        room -= len(stored.texts[row].split())
        if room < 0:
            break
        expected.append(float(near[row]))
    used = sum(len(text.split()) for _, text in passages)
    assert used <= words, because(
        "no_room",
        "passages() had room for {words} words and returned {used}. A model that is given more than it can take drops "
        "the end, or refuses.",
        words=words,
        used=used,
    )
    actual = [float(near[place[pair]]) for pair in passages]
    same = len(actual) == len(expected) and np.allclose(actual, expected, atol=SCORE)
    assert same, because(
        "wrong_passages",
        "passages() had room for {words} words. The best chunks that fit are similar to the question by {expected}, "
        "and it returned chunks that are similar by {actual}.",
        words=words,
        expected=shortened([round(score, 3) for score in expected]),
        actual=shortened([round(score, 3) for score in actual]),
    )
