"""What the checks of 2.1 ask of a search: right answers, and recall that moves with the effort, beside a control."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.stage2_core_features.index_arithmetic import NLIST
from checks.stage2_core_features.index_words import QUERIES, K, Shelf, Vectors, Words
from fixtures.milvus import Milvus
from fixtures.recall import GroundTruth, Metric, Recall, exact
from fixtures.signatures import looks_like
from grader.check import because, not_graded, returned, shortened

Ids = list[list[int]]

EFFORTS = {"IVF_FLAT": (1, 4, 16, NLIST), "HNSW": (K, 20, 40, 80, 160)}
EFFORTS |= {"IVF_SQ8": EFFORTS["IVF_FLAT"], "IVF_PQ": EFFORTS["IVF_FLAT"]}
"""From the least, which must hurt, to the most, with which nothing is missed but what the index type loses."""
FLOORS = {"FLAT": 0.999, "IVF_FLAT": 0.99, "HNSW": 0.98, "IVF_SQ8": 0.95, "IVF_PQ": 0.6}
"""Recall at the most effort. Measured on 3,000 words: 1.0, 1.0, 0.99 to 1.0, 0.98 to 1.0, 0.72 to 0.76."""
ORDER = 1e-4
"""By how much similarity may rise from one hit to the next: what single precision loses."""


def as_ids(value: Any, queries: int, function: str = "search") -> Ids:
    """Return what a search found as learner code must return it: a list of at most K ids for each query."""
    ids: Ids = returned(value, list[list[int]], function)
    assert len(ids) == queries, because(
        "not_one_for_each",
        "search() was given {queries} queries and returned {actual} lists of ids: one for each query is expected.",
        queries=queries,
        actual=len(ids),
    )
    longest = max(len(found) for found in ids)
    assert longest <= K, because(
        "too_many_hits", "search() was asked for {k} rows and returned {actual}.", k=K, actual=longest
    )
    return ids


def assert_nearest(found: Ids, words: Words, queries: Vectors) -> None:
    """Hold exhaustive search against numpy: the right rows, the nearest first."""
    truth = words.truth(queries)
    recall = truth.recall(found)
    sentence = "search() on the FLAT index returned {actual}, numpy's nearest by cosine are {expected}. "
    worst = int(recall.of_queries.argmin())
    facts = {"actual": shortened(found[worst]), "expected": shortened(truth.neighbours()[worst].tolist())}
    if recall.mean < FLOORS["FLAT"]:
        mistake = looks_like(found, truth.neighbours(), _mistakes(words, queries))
        for reason, hint in (
            ("inner_product", "It looks like inner product, which favours long vectors."),
            ("euclidean", "It looks like Euclidean distance."),
            ("farthest", "It looks like the rows that are least similar."),
            ("first_query", "It looks as if every query got the first one's neighbours."),
        ):
            assert mistake != reason, because(reason, sentence + hint, **facts)
        raise AssertionError(
            because("wrong_neighbours", sentence + "Are these ids, and is each list its own query's?", **facts)
        )
    place = truth.closeness
    orders = [np.diff(place[query, rows]) <= ORDER for query, rows in enumerate(found)]
    assert all(order.all() for order in orders), because(
        "not_in_order", sentence + "They are the right rows in another order: the nearest comes first.", **facts
    )


def _mistakes(words: Words, queries: Vectors) -> dict[str, Any]:
    def by(metric: Metric) -> Any:
        return exact(queries, words.rows, metric, K).neighbours()

    right = words.truth(queries)
    farthest = GroundTruth(right.keys, -right.closeness, K).neighbours()
    first = np.repeat(right.neighbours()[:1], len(queries), axis=0)
    return {"inner_product": by("IP"), "euclidean": by("L2"), "farthest": farthest, "first_query": first}


def recalls(shelf: Shelf, *index_types: str) -> dict[str, dict[int, Recall]]:
    """Measure the learner's search of some index types at every effort, all with the same fresh queries."""
    queries = shelf.queries()
    truth = shelf.words.truth(queries)
    return {
        index_type: {
            effort: truth.recall(as_ids(shelf.search(index_type, queries, effort), QUERIES))
            for effort in EFFORTS[index_type]
        }
        for index_type in index_types
    }


def assert_moves(shelf: Shelf, index_type: str, by_effort: dict[int, Recall]) -> None:
    """Make sure that recall reaches its floor with the most effort, and is clearly lower with the least."""
    least, most = min(by_effort), max(by_effort)
    low, high = by_effort[least], by_effort[most]
    name = "ef" if index_type == "HNSW" else "nprobe"
    facts = {
        "index_type": index_type,
        "name": name,
        "least": least,
        "most": most,
        "low": f"{low.mean:.3f}",
        "high": f"{high.mean:.3f}",
        "floor": FLOORS[index_type],
    }
    if not low.clearly_below(high):
        _assert_control(shelf, index_type, least, most)
        raise AssertionError(
            because(
                "effort_ignored",
                "On the {index_type} index search() has recall {low} with effort {least} and {high} with {most}: the "
                "effort doesn't arrive, though the index obeys it. For this index type it is called {name}, and it "
                "travels in search_params={{'params': {{…}}}}. A keyword that client.search() doesn't know is ignored.",
                **facts,
            )
        )
    assert high.may_reach(FLOORS[index_type]), because(
        "below_the_floor",
        "On the {index_type} index search() has recall {high} with effort {most}, expected at least {floor}. It rose "
        "from {low} with effort {least}. Does all of the effort arrive?",
        **facts,
    )


def _assert_control(shelf: Shelf, index_type: str, least: int, most: int) -> None:
    """The control: the grader's own search must lose recall with the least effort, or the check shows nothing."""
    queries, name = shelf.queries(), shelf.built(index_type).collection
    truth = shelf.words.truth(queries)
    low, high = (truth.recall(own_search(shelf.milvus, name, index_type, queries, effort)) for effort in (least, most))
    if not low.clearly_below(high):
        raise not_graded(
            "index_not_used",
            "this server answers from {index_type} with recall {low} at the least effort and {high} at the most, so it "
            "doesn't search by that index",
            index_type=index_type,
            low=f"{low.mean:.3f}",
            high=f"{high.mean:.3f}",
        )


def own_search(milvus: Milvus, name: str, index_type: str, queries: Vectors, effort: int) -> Ids:
    """Search with the grader's own client."""
    parameters = {} if index_type == "FLAT" else {"ef" if index_type == "HNSW" else "nprobe": effort}
    found = milvus.client.search(
        name, queries.tolist(), anns_field="embedding", limit=K, search_params={"params": parameters}, timeout=20
    )
    return [[int(hit["id"]) for hit in hits] for hits in found]


def assert_costs_recall(shelf: Shelf, by_type: dict[str, Recall]) -> None:
    """Make sure that squeezed vectors are found less well at any effort: PQ below SQ8, SQ8 not above IVF_FLAT."""
    pq, sq8, flat = (by_type[each] for each in ("IVF_PQ", "IVF_SQ8", "IVF_FLAT"))
    if pq.clearly_below(sq8) and sq8.mean <= flat.mean + (flat.high - flat.low):
        return
    queries, name = shelf.queries(), shelf.built("IVF_PQ").collection
    own = shelf.words.truth(queries).recall(own_search(shelf.milvus, name, "IVF_PQ", queries, NLIST))
    if own.may_reach(FLOORS["IVF_SQ8"]):
        raise not_graded(
            "pq_loses_nothing",
            "this server finds {recall} of the neighbours by IVF_PQ, so it isn't one",
            recall=f"{own.mean:.3f}",
        )
    raise AssertionError(
        because(
            "not_from_the_index",
            "With all lists looked at, search() has recall {pq} on IVF_PQ, {sq8} on IVF_SQ8 and {flat} on IVF_FLAT. "
            "A vector of 13 bytes can't be found as well as one of 50: here IVF_PQ itself finds {own}. What else "
            "answers your searches?",
            pq=f"{pq.mean:.3f}",
            sq8=f"{sq8.mean:.3f}",
            flat=f"{flat.mean:.3f}",
            own=f"{own.mean:.3f}",
        )
    )
