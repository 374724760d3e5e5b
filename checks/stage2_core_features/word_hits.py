"""What the checks of 2.2 ask of `search`: the parameter it was given, all queries at once, hits with their scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from checks.stage2_core_features.word_index import LEAST, Floats, K, WordIndex, Words, ids_of, unseen
from fixtures.proxy import Call, Proxy, proxy_to
from fixtures.signatures import overlap
from fixtures.vectors import cosine
from grader.check import because, returned, shortened
from grader.runner.submission import Submission

Hits = list[tuple[int, float]]

SEARCHES = ("Search",)
THE_SAME = 0.97
"""Share of ids that two searches with one value have in common at least; with another value they share less."""


def as_hits(value: Any, function: str, call: str) -> Hits:
    """Return the hits of one query as learner code must return them: pairs of an id and a score."""
    hits = []
    for hit in returned(value, list[list[int | float]], function):
        pair = len(hit) == 2 and isinstance(hit[0], int) and not isinstance(hit[0], bool) and abs(hit[1]) < 1e9
        assert pair, because(
            "wrong_hit",
            "Called {call}. {function}() should return pairs of an id and a score, but it returned {actual}.",
            call=call,
            function=function,
            actual=shortened(hit),
        )
        hits.append((hit[0], float(hit[1])))
    return hits


def as_answers(value: Any, queries: int, call: str) -> list[Hits]:
    """Return what `search` answered, one list of hits for each query."""
    answers = returned(value, list[list[list[int | float]]], "search")
    assert len(answers) == queries, because(
        "wrong_number_of_answers",
        "Called {call}. It should return one list of hits for each of {expected} vectors, but it returned {actual}.",
        call=call,
        expected=queries,
        actual=len(answers),
    )
    return [as_hits(hits, "search", call) for hits in answers]


def assert_heeds(submission: Submission, index: WordIndex, queries: Floats) -> None:
    """Have `search` answer with the least value and with a large one, and compare with the grader's own answers."""
    for value in (LEAST[index.kind], index.most // 2):
        params = {index.parameter: value}
        call = f"search(client, name, {len(queries)} vectors, {K}, {params})"
        asked = unseen(queries)
        with proxy_to(index.milvus.server.uri, keep=SEARCHES) as proxy:
            said = submission.call("search", index.milvus.through(proxy.uri), index.name, asked, K, params)
        answers = as_answers(said, len(queries), call)
        assert_one_request(proxy, len(queries), call)
        _assert_same(answers, index, queries, params, call)
        assert_scores(answers, index.words, queries, call)


def assert_one_request(proxy: Proxy, queries: int, call: str) -> None:
    """Make sure that the queries travelled together, through the client that was given."""
    searches = [proxy.decode(call) for call in searches_of(proxy)]
    travelled = sum(request.nq for request in searches)
    assert travelled >= queries, because(
        "went_around",
        "Called {call}. Of {expected} vectors {actual} travelled through the client that it was given. Search with "
        "that client.",
        call=call,
        expected=queries,
        actual=travelled,
    )
    assert len(searches) == 1, because(
        "one_by_one",
        "Called {call}. The vectors travelled in {requests} requests. Each one costs a round trip: client.search() "
        "takes a list of vectors.",
        call=call,
        requests=len(searches),
    )


def searches_of(proxy: Proxy) -> list[Call]:
    """Return the searches that a proxy has seen."""
    return [call for call in proxy.calls if call.method in SEARCHES]


def limit_of(request: Any) -> int:
    """Return how many hits a search request asks for."""
    return next((int(json.loads(each.value)) for each in request.search_params if each.key == "topk"), 0)


def assert_scores(answers: Sequence[Hits], words: Words, queries: Floats, call: str) -> None:
    """Make sure that each score is the cosine similarity of its row."""
    for query, hits in zip(queries, answers, strict=True):
        similarity = cosine(query, words.rows)
        known = [(score, float(similarity[key])) for key, score in hits if 0 <= key < len(similarity)]
        assert known, because("foreign_ids", "Called {call}. None of the ids that it returned is stored.", call=call)
        wrong = [(score, true) for score, true in known if abs(score - true) > 1e-3]
        assert not wrong, because(
            "wrong_scores",
            "Called {call}. It returned the score {actual} for a row whose cosine similarity is {expected}. "
            'hit["distance"] is the score.',
            call=call,
            actual=f"{wrong[0][0]:.4f}" if wrong else "",
            expected=f"{wrong[0][1]:.4f}" if wrong else "",
        )


def _assert_same(answers: Sequence[Hits], index: WordIndex, queries: Floats, params: dict[str, int], call: str) -> None:
    """Compare answers with what the grader's own client gets, with these parameters and without."""
    own = index.found(queries, K, params)
    ids = ids_of(answers)
    if overlap(ids, own) >= THE_SAME:
        return
    truth = index.words.truth(queries)
    fields = {
        "call": call,
        "actual": f"{truth.recall(ids).mean:.2f}",
        "expected": f"{truth.recall(own).mean:.2f}",
        "params": str(params),
    }
    short = float(np.mean([len(hits) for hits in answers]))
    assert short >= K, because(
        "wrong_number_of_hits",
        "Called {call}. It returned {hits} hits for a vector on average, and k is {k}.",
        call=call,
        hits=f"{short:.1f}",
        k=K,
    )
    assert overlap(ids, index.found(queries, K, {})) < THE_SAME, because(
        "params_ignored",
        "Called {call}. Its recall is {actual}, as if no parameter had been given; with {params} it is {expected}. "
        'pymilvus and Milvus let a wrong name pass in silence: the argument is search_params={{"params": …}}.',
        **fields,
    )
    raise AssertionError(
        because(
            "other_hits",
            "Called {call}. Its recall is {actual}, and that of the grader's own search with {params} is {expected}. "
            "Hand the parameters over as they come.",
            **fields,
        )
    )
