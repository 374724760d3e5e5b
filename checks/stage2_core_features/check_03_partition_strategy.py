"""Checks of 2.3 Partition strategy.

The learner's functions make two collections and fill them, once for all checks: documents of tenants, of whom one has
90 %, and tickets of a few months. The checks of the cap make collections of their own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from checks.stage2_core_features.month_assertions import (
    CHANGES,
    answer_unless_refused,
    assert_capped,
    assert_kept,
    assert_no_partition_key,
    assert_only_these_partitions,
    assert_only_this_loaded,
    assert_only_this_released,
    assert_sorted,
    index_in_the_way,
    most_at_once,
    not_released_first,
)
from checks.stage2_core_features.partition_collections import DEFAULT, PARTITIONS, Desk, Desks, assert_ready
from checks.stage2_core_features.partition_rows import (
    K,
    Rows,
    make_months,
    make_queries,
    make_rows,
)
from checks.stage2_core_features.partition_searches import (
    Answers,
    assert_all_rows,
    assert_nearest,
    assert_own_rows,
)
from checks.stage2_core_features.tenant_assertions import (
    assert_all_inserted,
    assert_asks_for_few,
    assert_partition_count,
    assert_shared,
    compared,
)
from fixtures.milvus import Milvus
from fixtures.proxy import proxy_to
from fixtures.recall import Recall
from grader.check import because, check, not_graded, returned
from grader.kept import Kept
from grader.measured import Measured
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission

CAP = 3
QUERIES = 12
NOBODYS = "1999-12"
"""A month of which there are no tickets."""


@pytest.fixture
def desks(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Desks:
    """The collections that the learner's code made on this server."""
    return Desks(submission, milvus, kept, rng)


@check("2.3")
def creates_the_documents(desks: Desks) -> None:
    """create_tenants makes the fields of the brief, ready to search"""
    assert_ready(desks.milvus, desks.empty_documents().collection, "create_tenants", "tenant")


@check("2.3", points=2, after=[creates_the_documents])
def tenants_share_partitions(desks: Desks) -> None:
    """all tenants share a few partitions, and their documents are stored"""
    desk, _ = desks.documents()
    assert_shared(desk, PARTITIONS)
    assert_all_inserted(desk)


@check("2.3", after=[creates_the_documents], needs=["key_partitions"])
def spreads_over_as_many_as_told(desks: Desks) -> None:
    """create_tenants makes as many partitions as it is told"""
    partitions = int(desks.rng.integers(2, 5))
    assert_partition_count(desks.new("create_tenants", partitions), partitions)


@check("2.3", points=2, after=[tenants_share_partitions])
def tenant_finds_only_its_own(desks: Desks) -> None:
    """search_tenant returns numpy's nearest of a small tenant, and no foreign row"""
    desk, tenants = desks.documents()
    for tenant in (tenants.small, tenants.tiny, tenants.nobody):
        _as_numpy(desk, tenant, desks.rng)


@check("2.3", points=2, after=[tenants_share_partitions])
def big_tenant_finds_its_own(desks: Desks, measured: Callable[[Measured], None]) -> None:
    """search_tenant returns numpy's nearest of the tenant with 90 % of the rows"""
    desk, tenants = desks.documents()
    answers, recall = _as_numpy(desk, tenants.big, desks.rng)
    measured(compared(desk.rows, [(answers, recall), _as_numpy(desk, tenants.small, desks.rng)]))


@check("2.3", after=[tenant_finds_only_its_own])
def milvus_does_the_choosing(desks: Desks) -> None:
    """search_tenant asks Milvus for no more rows than it returns"""
    desk, tenants = desks.documents()
    for tenant in (tenants.small, tenants.big):
        answers, _ = _as_numpy(desk, tenant, desks.rng)
        assert_asks_for_few(answers)


@check("2.3")
def creates_the_tickets(desks: Desks) -> None:
    """create_months makes the fields of the brief, ready to search"""
    desk = desks.empty_tickets()
    assert_ready(desks.milvus, desk.collection, "create_months", "month")
    assert_no_partition_key(desk)


@check("2.3", points=2, after=[creates_the_tickets])
def stores_by_month(desks: Desks) -> None:
    """store puts each month into a partition of its own, with few requests"""
    assert_sorted(desks.tickets())


@check("2.3", points=2, after=[stores_by_month])
def searches_the_months_wanted(desks: Desks) -> None:
    """search_months searches the months it is given, and no others"""
    desk = desks.tickets()
    months = desk.months
    for wanted in ([months[2]], [months[0], months[3]]):
        answers, _ = _as_numpy(desk, wanted, desks.rng)
        assert_only_these_partitions(answers, desk, wanted)
    _as_numpy(desk, None, desks.rng)


@check("2.3", after=[searches_the_months_wanted])
def says_which_month_is_not_there(desks: Desks) -> None:
    """search_months raises for a month that isn't there, and finds nothing in no months"""
    desk = desks.tickets()
    for wanted in ([NOBODYS], [desk.months[1], NOBODYS]):
        answered = answer_unless_refused(desk, wanted, desks.rng)
        assert answered is None, because(
            "silent_about_missing",
            "Called {call}. There are no tickets of {month}, and it returned {rows} rows as if that were the whole "
            "answer. A Milvus server refuses a partition that it doesn't know, milvus-lite leaves it out: look which "
            "months are there, and raise.",
            call=answered.call if answered else "",
            month=NOBODYS,
            rows=len(answered.hits[0]) if answered else 0,
        )
    nothing = desk.search([], make_queries(desks.rng, 1), [])
    assert not nothing.hits[0], because(
        "empty_list_searches_everything",
        "Called {call}. It returned {rows} rows, of every month: to Milvus an empty list of partition names is the "
        "same as none at all, and it searches everything. Return early.",
        call=nothing.call,
        rows=len(nothing.hits[0]),
    )
    _as_numpy(desk, [desk.months[1]], desks.rng)


@check("2.3", points=2, after=[searches_the_months_wanted], needs=["releases_partitions"])
def releases_one_month(desks: Desks) -> None:
    """release_month takes one month out of memory: searching it fails, the others work"""
    desk = desks.tickets()
    month, others = desk.months[1], [desk.months[0], desk.months[4]]
    before = {name: desk.is_loaded(name) for name in (DEFAULT, *desk.partitions())}
    desk.call("release_month", month)
    assert_only_this_released(desk, month, before)
    answered = answer_unless_refused(desk, [month], desks.rng)
    assert answered is None, because(
        "silent_about_released",
        "{month} is released, and search_months() returned {rows} rows for it instead of raising. Its caller takes "
        "that for all there is.",
        month=month,
        rows=len(answered.hits[0]) if answered else 0,
    )
    _as_numpy(desk, others, desks.rng)


@check("2.3", points=2, after=[releases_one_month])
def half_an_answer_is_none(desks: Desks) -> None:
    """search_months raises when one of several months, or of all, is released"""
    desk = desks.tickets()
    month, other = desk.months[2], desk.months[3]
    desk.release(month)
    _assert_silent_without_names(desk, month, desks.rng)
    for wanted in (None, [other, month]):
        answered = answer_unless_refused(desk, wanted, desks.rng)
        assert answered is None, because(
            "answers_from_the_rest",
            "Called {call} while {month} was released. It returned {rows} rows of the other months, and nobody is told "
            "that one is missing. A search that names no partitions answers from what is loaded. Name each partition "
            "that is wanted, and Milvus refuses; or look at get_load_state().",
            call=answered.call if answered else "",
            month=month,
            rows=len(answered.hits[0]) if answered else 0,
        )
    _as_numpy(desk, [other], desks.rng)


@check("2.3", after=[releases_one_month])
def loads_one_month_again(desks: Desks) -> None:
    """load_month brings one month back, and no other"""
    desk = desks.tickets()
    month, still_released = desk.months[2], desk.months[1]
    desk.release(month)
    desk.release(still_released)
    try:
        desk.call("load_month", month)
    except LearnerError as error:
        if "index" not in error.message:
            raise
        raise index_in_the_way(error, month) from None
    assert_only_this_loaded(desk, month, [still_released])
    _as_numpy(desk, [month], desks.rng)


@check("2.3", points=2, after=[stores_by_month], needs=["releases_partitions"])
def never_more_than_the_cap(desks: Desks) -> None:
    """store never keeps more months than the cap, not for a moment, and not after a restart"""
    desk, months = desks.new("create_months"), make_months(desks.rng, 9)
    rows = make_rows(desks.rng, "month", dict.fromkeys(months, 8))
    with proxy_to(desks.milvus.server.uri, keep=CHANGES) as proxy:
        place = desks.milvus.through(proxy.uri), desk.collection
        first = desks.submission.start("store", *place, rows.only(months[:2]), CAP)
        first.wait()
        before_restart = desk.partitions()
        try:
            for batch in (months[2:3], months[3:4], months[4:]):
                desks.submission.call("store", *place, rows.only(batch), CAP)
        except LearnerError as error:
            if "release" not in error.message:
                raise
            raise not_released_first(error) from None
    assert_capped(desk.partitions(), before_restart, most_at_once(proxy.calls, proxy.decode), CAP)
    assert_kept(desk.keys_by_month(rows), rows, months[-CAP:], [], CAP)


@check("2.3", points=2, after=[never_more_than_the_cap])
def drops_the_oldest(desks: Desks) -> None:
    """store drops the oldest month, in whatever order they came, and says so"""
    desk = desks.new("create_months")
    oldest, second, third, fourth, fifth, sixth = make_months(desks.rng, 6)
    stored = Rows.none("month")
    for arriving, kept, dropped in (
        ([fourth], [fourth], []),
        ([second], [second, fourth], []),
        ([third], [second, third, fourth], []),
        ([fifth], [third, fourth, fifth], [second]),
        ([oldest, fifth], [third, fourth, fifth], []),
        ([sixth], [fourth, fifth, sixth], [third]),
    ):
        new = make_rows(desks.rng, "month", dict.fromkeys(arriving, 8), first_key=len(stored))
        stored = stored.and_then(new)
        said = returned(desk.call("store", new.as_dicts(), CAP), list[str], "store")
        assert_kept(desk.keys_by_month(stored), stored, kept, [oldest], CAP)
        assert said == dropped, because(
            "wrong_report",
            "store() was given tickets of {arriving} and dropped {dropped}, and it returned {said}. It should return "
            "the months that it dropped, oldest first.",
            arriving=", ".join(arriving),
            dropped=", ".join(dropped) or "-",
            said=str(said),
        )


def _as_numpy(desk: Desk, whose: str | list[str] | None, rng: np.random.Generator) -> tuple[Answers, Recall]:
    """Have the learner's search answer fresh queries, and hold the answers against numpy among the same rows."""
    owners = [whose] if isinstance(whose, str) else desk.months if whose is None else whose
    answers = desk.search(whose, make_queries(rng, QUERIES), owners)
    assert_own_rows(answers, desk.rows)
    assert_all_rows(answers, desk.rows)
    return answers, assert_nearest(answers, desk.rows)


def _assert_silent_without_names(desk: Desk, month: str, rng: np.random.Generator) -> None:
    """The control: a search that names no partitions must answer from the rest here, or the check shows nothing."""
    query = make_queries(rng, 1).tolist()
    found = desk.milvus.client.search(desk.collection, query, limit=K, consistency_level="Strong", timeout=20)
    if not found[0] or any(desk.rows.owner(hit["id"]) == month for hit in found[0]):
        raise not_graded("never_silent", "here a search over everything doesn't leave a released month out")
