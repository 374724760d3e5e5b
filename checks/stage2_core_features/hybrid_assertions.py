"""What the checks of 2.5 ask of keys and fused scores, and what each difference looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymilvus import DataType, FunctionType

from checks.collection_assertions import assert_fields, assert_loaded, assert_metric, described
from checks.stage2_core_features.articles import DIM
from checks.stage2_core_features.fusion import (
    Hits,
    Lists,
    Scores,
    best,
    by_range,
    in_turn,
    one_behind_the_other,
    raw,
    rrf,
    weighted,
)
from fixtures.milvus import Milvus
from grader.check import because, returned, shortened
from infra.messages import N_, Message

SCORE = 1e-5
"""Scores that are nearer to each other than this are the same: Milvus keeps single precision."""

_FIELDS = {
    "id": DataType.INT64,
    "text": DataType.VARCHAR,
    "category": DataType.VARCHAR,
    "meaning": DataType.FLOAT_VECTOR,
    "words": DataType.SPARSE_FLOAT_VECTOR,
}


def as_keys(value: Any, function: str) -> list[int]:
    """Return keys as learner code must return them."""
    keys: list[int] = returned(value, list[int], function)
    twice = sorted(key for key in set(keys) if keys.count(key) > 1)
    assert not twice, because(
        "key_twice",
        "{function}() returned the articles {twice} more than once.",
        function=function,
        twice=shortened(twice),
    )
    return keys


def as_scored(value: Any, function: str, limit: int) -> Hits:
    """Return fused hits as learner code must return them: pairs of a key and a score, the best first, each key once."""
    hits = []
    for hit in returned(value, list[list[int | float]], function):
        pair = len(hit) == 2 and isinstance(hit[0], int) and -1e9 < hit[1] < 1e9
        assert pair, because(
            "wrong_hit",
            "{function}() should return pairs of a key and a score, but it returned {actual}.",
            function=function,
            actual=shortened(hit),
        )
        hits.append((hit[0], float(hit[1])))
    as_keys([key for key, _ in hits], function)
    assert len(hits) <= limit, because(
        "too_many",
        "{function}() was asked for {limit} articles and returned {actual}.",
        function=function,
        limit=limit,
        actual=len(hits),
    )
    return tuple(hits)


def assert_schema(milvus: Milvus, collection: str) -> None:
    """Compare what the server says of the collection with the brief."""
    description, metrics = described(milvus, collection)
    fields = assert_fields(description, _FIELDS)
    assert int(fields["meaning"]["params"]["dim"]) == DIM, because(
        "wrong_dim",
        "create_collection() was given dim={expected}, and meaning has {actual}.",
        expected=DIM,
        actual=fields["meaning"]["params"]["dim"],
    )
    made = [f for f in description.get("functions", []) if FunctionType(f["type"]) is FunctionType.BM25]
    flows = [(list(f["input_field_names"]), list(f["output_field_names"])) for f in made]
    assert flows == [(["text"], ["words"])], because(
        "no_bm25",
        "The field words should be the output of one BM25 function whose input is text; the server knows {actual}. "
        "Without it Milvus doesn't make the sparse vectors, and an insert without words is refused.",
        actual=shortened(flows) if flows else Message(N_("no BM25 function")),
    )
    assert_metric(metrics, "meaning", "COSINE")
    assert_metric(metrics, "words", "BM25")
    assert_loaded(milvus, collection)


def assert_keys(actual: Sequence[int], expected: Hits, function: str, others: Mapping[str, Sequence[int]]) -> None:
    """Compare the keys of a single search with those that the grader's own search found; ties may change places."""
    scores = dict(expected)
    by_score = [round(scores.get(key, float("nan")), 4) for key in actual]
    if by_score == [round(score, 4) for _, score in expected]:
        return
    wanted = [key for key, _ in expected]
    for reason, keys in others.items():
        assert list(actual) != list(keys), because(reason, _SINGLE[reason], function=function)
    assert len(actual) == len(wanted), because(
        "wrong_number_of_hits",
        "{function}() returned {actual} articles, expected {expected}.",
        function=function,
        actual=len(actual),
        expected=len(wanted),
    )
    raise AssertionError(
        because(
            "wrong_articles",
            "{function}() returned {actual}, expected {expected}.",
            function=function,
            actual=shortened(list(actual)),
            expected=shortened(wanted),
        )
    )


_SINGLE = {
    "other_field": N_(
        "{function}() returned what a search of the other vector field finds: `words` holds the sparse vectors that "
        "BM25 made, `meaning` those of the model. anns_field says which one is searched."
    ),
    "category_ignored": N_(
        "{function}() was given a category and returned what it finds without one. Hand the filter to the search."
    ),
    "filtered_too_late": N_(
        "{function}() was given a category and returned those of this category among the best of all, which are too "
        "few. Filter within the search, so that it goes on looking."
    ),
}


def assert_fused(hits: Hits, lists: Lists, limit: int, function: str) -> None:
    """Compare hits with reciprocal rank fusion of the two single searches, score by score."""
    expected = rrf(lists)
    if agrees(hits, expected, limit):
        return
    keys, wanted = [key for key, _ in hits], best(expected, limit)
    look = _mistake_in_scores(hits, lists, limit) or _mistake_in_order(keys, lists, limit)
    if look:
        raise AssertionError(because(look[0], _FUSED, **_fields(function, hits, wanted), looks_like=look[1]))
    raise AssertionError(
        because(
            "wrong_scores",
            "{function}() returned {actual}; fused by 1 / (60 + rank) the best are {expected}.",
            **_fields(function, hits, wanted),
        )
    )


_FUSED = N_("{function}() returned {actual}; fused by 1 / (60 + rank) the best are {expected}. {looks_like}")


def _mistake_in_order(keys: list[int], lists: Lists, limit: int) -> tuple[str, Message] | None:
    words, meaning = lists.words, lists.meaning
    for reason, order, sentence in (
        ("words_only", [key for key, _ in words[:limit]], N_("It looks like the search by words alone.")),
        ("meaning_only", [key for key, _ in meaning[:limit]], N_("It looks like the search by meaning alone.")),
        (
            "concatenated",
            one_behind_the_other(words[: limit // 2], meaning, limit),
            N_("It looks like one list put behind the other: what both find should rise to the top."),
        ),
        (
            "concatenated",
            one_behind_the_other(meaning[: limit // 2], words, limit),
            N_("It looks like one list put behind the other: what both find should rise to the top."),
        ),
        ("concatenated", in_turn(words, meaning, limit), N_("It looks like taking from both lists in turn.")),
        ("concatenated", in_turn(meaning, words, limit), N_("It looks like taking from both lists in turn.")),
    ):
        if keys == order:
            return reason, Message(sentence)
    return None


def _mistake_in_scores(hits: Hits, lists: Lists, limit: int) -> tuple[str, Message] | None:
    cut = lists.cut(limit)
    if agrees(hits, rrf(cut), limit) and rrf(cut) != rrf(lists):
        sentence = N_(
            "It looks as if each search hands over only {limit} articles. One that is 12th in both lists belongs "
            "before one that is 5th in a single one: let each hand over CANDIDATES."
        )
        return "too_few_candidates", Message(sentence, {"limit": limit})
    if agrees(hits, rrf(lists, first=0), limit):
        return "ranks_from_zero", Message(N_("It looks as if ranks begin with 0; they begin with 1."))
    for k in (*range(60), *range(61, 201)):
        if agrees(hits, rrf(lists, k=k or 1e-9), limit):
            return "wrong_k", Message(N_("It looks as if K is {k} instead of 60."), {"k": k})
    if agrees(hits, by_range(lists, 0.5), limit) or agrees(hits, weighted(lists, 0.5), limit):
        return "fuses_scores", Message(N_("It looks like a sum of scores: reciprocal rank fusion looks at ranks only."))
    return None


def assert_weighted(hits: Hits, lists: Lists, limit: int, share: float) -> None:
    """Compare hits with the weighted sum of scores that Milvus brings to a scale from 0 to 1."""
    function, expected = "search_weighted", weighted(lists, share)
    if agrees(hits, expected, limit):
        return
    fields = _fields(function, hits, best(expected, limit)) | {"share": round(share, 2), "rest": round(1 - share, 2)}
    for reason, scores, sentence in (
        ("weights_swapped", weighted(lists, 1 - share), N_("It looks as if the two weights were swapped.")),
        (
            "not_on_one_scale",
            raw(lists, share),
            N_(
                "It looks like a sum of scores as they are, in which BM25, which has no upper end, outvotes the cosine."
            ),
        ),
        (
            "scaled_by_list",
            by_range(lists, share),
            N_(
                "It looks as if each list was stretched from its own worst to its own best. Then the last candidate "
                "counts as nothing however good it is, and the first as perfect however bad."
            ),
        ),
        ("ranks_instead_of_scores", rrf(lists), N_("It looks like reciprocal rank fusion, which knows no weights.")),
        (
            "share_ignored",
            weighted(lists, 0.5),
            N_("It looks like equal weights: share_of_words says how much the words count."),
        ),
    ):
        if agrees(hits, scores, limit):
            raise AssertionError(because(reason, _WEIGHTED, looks_like=Message(sentence), **fields))
    raise AssertionError(
        because(
            "wrong_scores",
            "{function}(…, share_of_words={share}) returned {actual}; with weights {share} for the words and {rest} "
            "for the meaning the best are {expected}.",
            **fields,
        )
    )


_WEIGHTED = N_(
    "{function}(…, share_of_words={share}) returned {actual}; with weights {share} for the words and {rest} for the "
    "meaning the best are {expected}. {looks_like}"
)


def agrees(hits: Hits, scores: Scores, limit: int) -> bool:
    """Say whether hits are the best by some scores, and have these scores; where keys tie, either may stand first."""
    wanted = best(scores, limit)
    return len(hits) == len(wanted) and all(
        key in scores and abs(score - scores[key]) < SCORE and abs(score - other) < SCORE
        for (key, score), (_, other) in zip(hits, wanted, strict=True)
    )


def _fields(function: str, hits: Hits, wanted: Hits) -> dict[str, object]:
    return {"function": function, "actual": _shown(hits), "expected": _shown(wanted)}


def _shown(hits: Hits) -> str:
    """Show the first three."""
    return ", ".join(f"{key} ({score:.4f})" for key, score in hits[:3]) + (" …" if len(hits) > 3 else "")
