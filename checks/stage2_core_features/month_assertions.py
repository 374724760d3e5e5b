"""What the checks of 2.3 ask of months: each in its partition, searched alone, released alone, and dropped in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from checks.stage2_core_features.partition_collections import DEFAULT, Desk
from checks.stage2_core_features.partition_rows import Rows, make_queries
from checks.stage2_core_features.partition_searches import Answers, listed
from fixtures.proxy import Call
from grader.check import because, shortened
from grader.runner.errors import LearnerError

CHANGES = ("CreatePartition", "DropPartition")
REQUESTS_A_MONTH = 2


def assert_no_partition_key(desk: Desk) -> None:
    """Make sure that months can be created and dropped by hand."""
    fields = desk.milvus.client.describe_collection(desk.collection, timeout=20)["fields"]
    keyed = [field["name"] for field in fields if field.get("is_partition_key")]
    assert not keyed, because(
        "key_for_months",
        "The field {field} is the partition key of the tickets. Then Milvus decides which rows lie where, many months "
        "in one partition, and refuses to create, release or drop any by hand. Leave the key out here.",
        field=", ".join(keyed),
    )


def assert_sorted(desk: Desk) -> None:
    """Make sure that each month's rows lie in one partition, with no others, and came in few requests."""
    months = desk.months
    assert desk.stored == len(desk.rows), because(
        "lost_rows",
        "store() was given {expected} tickets of {months} months, with room for more months, and count(*) finds "
        "{actual}.",
        expected=len(desk.rows),
        months=len(months),
        actual=desk.stored,
    )
    for month in months:
        there = desk.places.get(month, ())
        assert DEFAULT not in there, because(
            "in_default_partition",
            "Tickets of {month} lie in the partition _default. Without partition_name=… an insert puts all rows there, "
            "whatever partitions there are.",
            month=month,
        )
        assert len(there) == 1, because(
            "month_split",
            "The tickets of {month} should lie in one partition, and they lie in {partitions}.",
            month=month,
            partitions=listed(there),
        )
    shared = [month for month in months if list(desk.places.values()).count(desk.places[month]) > 1]
    assert not shared, because(
        "months_mixed",
        "{months} lie in the same partition, so neither can be searched, released or dropped alone.",
        months=", ".join(shared),
    )
    assert 0 < desk.inserts <= REQUESTS_A_MONTH * len(months), because(
        "row_by_row",
        "{rows} tickets of {months} months travelled in {requests} insert requests through the client that store() "
        "was given. Sort them by month first; then one request a month will do.",
        rows=len(desk.rows),
        months=len(months),
        requests=desk.inserts,
    )


def assert_only_these_partitions(answers: Answers, desk: Desk, months: Iterable[str]) -> None:
    """Make sure that the searches named the partitions of these months and no others, one request for each query."""
    wanted = {desk.places[month][0] for month in months}
    searches = [read for read in answers.reads if read.method != "Query"]
    unnamed = [read for read in searches if not read.partitions]
    assert not unnamed, because(
        "searches_all_partitions",
        "Called {call}. The rows are right, but the search named no partition, so Milvus went through all months and "
        "sorted out the others: the work grows with every month that is kept. Name the partitions "
        "(partition_names=…).",
        call=answers.call,
    )
    named = frozenset[str]().union(*(read.partitions for read in searches))
    assert named == wanted, because(
        "other_partitions",
        "Called {call}. The proxy saw searches in the partitions {actual}, expected {expected}.",
        call=answers.call,
        actual=listed(sorted(named)),
        expected=listed(sorted(wanted)),
    )
    assert len(searches) <= len(answers.queries), because(
        "many_searches",
        "Called {call}. The proxy saw {requests:g} search requests for each call. One request takes any number of "
        "partition names, and brings the nearest rows of all of them in order.",
        call=answers.call,
        requests=len(searches) / len(answers.queries),
    )


def answer_unless_refused(desk: Desk, months: list[str] | None, rng: np.random.Generator) -> Answers | None:
    """Return None where a search of these months raises, as it should, and else what it answered."""
    try:
        return desk.search(months, make_queries(rng, 1), desk.months)
    except LearnerError as error:
        if error.kind != "raised":
            raise
        return None


def assert_only_this_released(desk: Desk, month: str, before: Mapping[str, bool]) -> None:
    """Compare what is loaded after `release_month` with what was loaded before."""
    place, there = desk.places[month][0], desk.partitions()
    assert place in there, because(
        "month_dropped",
        "After release_month({month}) its partition {partition} is gone, with all its tickets. To release is to take "
        "out of memory: what is on disk stays.",
        month=month,
        partition=place,
    )
    gone = sorted(
        other
        for other, loaded in before.items()
        if loaded and other != place and not (other in (DEFAULT, *there) and desk.is_loaded(other))
    )
    assert not gone, because(
        "released_others",
        "After release_month({month}) more than this month is out of memory, and nobody asked for that. These can't be "
        "searched any more either: {others}. Release the one partition, not the collection.",
        month=month,
        others=listed(gone),
    )
    assert not desk.is_loaded(place), because(
        "still_loaded",
        "After release_month({month}) the server still has its partition {partition} loaded: it takes as much memory "
        "as before.",
        month=month,
        partition=place,
    )


def assert_only_this_loaded(desk: Desk, month: str, released: Iterable[str]) -> None:
    """Compare what is loaded after `load_month` with what was to be."""
    assert desk.is_loaded(desk.places[month][0]), because(
        "not_loaded_again", "After load_month({month}) the server says that its partition isn't loaded.", month=month
    )
    others = [other for other in released if desk.is_loaded(desk.places[other][0])]
    assert not others, because(
        "loaded_others",
        "After load_month({month}) the released months {others} are in memory again too, and nobody asked for them. "
        "load_collection() loads everything; load one partition.",
        month=month,
        others=", ".join(others),
    )


def index_in_the_way(error: LearnerError, month: str) -> AssertionError:
    """Say what a load that Milvus refuses for an index looks like."""
    return AssertionError(
        because(
            "index_after_load",
            "load_month({month}) failed: {message}. The collection got an index after it was loaded. What is loaded "
            "doesn't have it, so Milvus lets no partition join. Make all indexes in create_months(), before the load.",
            month=month,
            message=shortened(error.message, 160),
        )
    )


def most_at_once(calls: Iterable[Call], decode: Callable[[Call], Any]) -> int:
    """Return the largest number of partitions that there were at one moment, beginning with none."""
    there: set[str] = set()
    most = 0
    for call in calls:
        if call.method in CHANGES:
            name = decode(call).partition_name
            there = there | {name} if call.method == "CreatePartition" else there - {name}
            most = max(most, len(there))
    return most


def assert_capped(there: Sequence[str], first: Iterable[str], most: int, cap: int) -> None:
    """Make sure that there are no more partitions than the cap, and never were.

    Args:
        there: the partitions that there are.
        first: those that were there when the program started anew.
        most: the largest number that there were at one moment.
        cap: how many there may be.
    """
    made_since = set(there) - set(first)
    assert len(there) <= cap or len(made_since) > cap, because(
        "forgets_after_restart",
        "store() was called with cap={cap} in one process, then in another, and there are {there} partitions: {names}. "
        "The second process counts only those that it has made itself. What is there, the server knows.",
        cap=cap,
        there=len(there),
        names=listed(there),
    )
    assert len(there) <= cap, because(
        "too_many_partitions",
        "store() was called with cap={cap}, and there are {there} partitions: {names}. Each one costs memory and time "
        "to load, and nobody else will drop them.",
        cap=cap,
        there=len(there),
        names=listed(there),
    )
    assert most <= cap, because(
        "over_the_cap_for_a_moment",
        "store() was called with cap={cap}, and for a moment there were {most} partitions. Where the cap is what "
        "Milvus allows, the next create_partition() fails: drop first, then create.",
        cap=cap,
        most=most,
    )


def assert_kept(there: Mapping[str, set[int]], rows: Rows, kept: Sequence[str], late: Iterable[str], cap: int) -> None:
    """Compare the months that are there, and their rows, with those that should be.

    Args:
        there: the keys that are there of each month.
        rows: all that was ever given.
        kept: the months that should be there.
        late: months that came too late to be stored.
        cap: how many months there may be.
    """
    missing, too_late = sorted(set(kept) - set(there)), sorted(set(there) & set(late))
    assert not (missing and too_late), because(
        "late_rows_push_out",
        "There were {cap} months, as many as the cap allows, when tickets of {late} came, a month older than all of "
        "them. Now {late} is stored, and the newer {missing} is gone. Tickets that come too late push out nothing.",
        cap=cap,
        late=", ".join(too_late),
        missing=", ".join(missing),
    )
    assert not missing, because(
        "wrong_month_dropped",
        "With cap={cap} the months {expected} should be there, and there are {actual}. The oldest month goes first, "
        "whenever its partition was made, and only when there would be more than the cap.",
        cap=cap,
        expected=", ".join(kept),
        actual=", ".join(sorted(there)),
    )
    extra = sorted(set(there) - set(kept))
    assert not extra, because(
        "old_month_kept",
        "With cap={cap} the months {expected} should be there, and {extra} is there too.",
        cap=cap,
        expected=", ".join(kept),
        extra=", ".join(extra),
    )
    for month in kept:
        lost = rows.keys_of(month) - there[month]
        assert not lost, because(
            "rows_lost",
            "{month} is kept, and {lost} of its {given} tickets are gone.",
            month=month,
            lost=len(lost),
            given=len(rows.keys_of(month)),
        )


def not_released_first(error: LearnerError) -> AssertionError:
    """Say what a drop that Milvus refuses looks like."""
    return AssertionError(
        because(
            "not_released_first",
            "store() failed when the oldest month was to be dropped: {message}. Milvus doesn't drop what it has in "
            "memory: release the partition first.",
            message=shortened(error.message, 160),
        )
    )
