"""What the checks of 3.4 ask of a closed loop: what it sends and when, seen at the proxy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from checks.stage3_use_cases.load_rig import Rig, Seen, Sent, measured_of, scheduled
from checks.stage3_use_cases.load_runs import Run
from fixtures.proxy import most_in_flight
from grader.check import because, shortened

BUSY = 0.65
"""Of the workers' time, the share in which a search is on its way. 0.96 to 0.99 measured on five seeds; by the delays
it is about a half where all workers wait for the slowest one before they send again."""
CONNECT_S = 0.05
LAST_OF_WARM_UP_S = 0.15
"""Longer than two other answers: who doesn't wait for the end of the warm-up is ahead of it, whatever chance draws."""

IDLE = frozenset({"idle_workers", "too_few_at_once"})


def assert_sends_each_once(rig: Rig) -> None:
    """Have a closed loop send some queries; look which came, in which order, and what it says they found."""
    workers, warm_up, queries = 3, 7, rig.queries(int(rig.rng.integers(30, 40)))
    delays = rig.rng.uniform(0.005, 0.04, len(queries)).tolist()  # so that answers overtake one another
    delays[warm_up - 1] = LAST_OF_WARM_UP_S
    with rig.seen(queries, scheduled(delays, connect_s=CONNECT_S)) as seen:
        run = seen.run("closed", queries, workers, warm_up)
    sent = seen.sent()
    _assert_each_once(seen, sent, warm_up)
    _assert_warm_up_first(sent, warm_up)
    _assert_connected_before(seen, sent, workers)
    _assert_found(run, rig.nearest(queries)[warm_up:])


def _assert_each_once(seen: Seen, sent: Sequence[Sent], warm_up: int) -> None:
    measured_of(list(sent), 0, "closed_loop")
    times = Counter(each.place for each in sent)
    again = sum(times[place] > 1 for place in range(len(seen.queries)))
    assert not again, because(
        "sent_again",
        "closed_loop() was given {queries} queries, the first {warm_up} for the warm-up. {again} of them reached "
        "Milvus more than once. Whatever remembers answers, here or at the server, is fast with a query that it "
        "knows: send each once, and none of the warm-up's again.",
        queries=len(seen.queries),
        warm_up=warm_up,
        again=again,
    )
    missing = [place for place in range(len(seen.queries)) if not times[place]]
    assert not missing, because(
        "no_warm_up" if missing[-1] < warm_up else "not_sent",
        "closed_loop() was given {queries} queries, the first {warm_up} for the warm-up. {missing} of them never "
        "reached Milvus, the first of these in place {first}.",
        queries=len(seen.queries),
        warm_up=warm_up,
        missing=len(missing),
        first=missing[0] if missing else "",
    )


def _assert_warm_up_first(sent: Sequence[Sent], warm_up: int) -> None:
    warm = [each for each in sent if each.place < warm_up]
    counting = [each for each in sent if each.place >= warm_up]
    early = sum(each.arrived < max(w.finished for w in warm) for each in counting)
    assert not early, because(
        "warm_up_not_awaited",
        "{early} of the queries that count were sent before the last of the warm-up had its answer. What is measured "
        "then still shares the server with the warm-up: wait for all of it.",
        early=early,
    )


def _assert_connected_before(seen: Seen, sent: Sequence[Sent], workers: int) -> None:
    connects = seen.calls("Connect")
    assert len(connects) == workers, because(
        "not_one_connection_each",
        "closed_loop() has {workers} workers, and called connect() {connects} times. Each worker opens its way to "
        "search once, and keeps it.",
        workers=workers,
        connects=len(connects),
    )
    first = min(each.arrived for each in sent)
    late = sum(call.finished > first for call in connects)
    assert not late, because(
        "connects_on_the_way",
        "{late} of {workers} connections were opened when the first query was already on its way. Open all of them "
        "before.",
        late=late,
        workers=workers,
    )


def _assert_found(run: Run, nearest: list[list[int]]) -> None:
    assert len(run.found) == len(nearest), because(
        "found_not_one_each",
        "closed_loop() measured {expected} queries, and `found` has {actual} lists: one for each of these, in their "
        "order. The warm-up has none.",
        expected=len(nearest),
        actual=len(run.found),
    )
    wrong = [place for place, (ids, right) in enumerate(zip(run.found, nearest, strict=True)) if ids != right]
    if not wrong:
        return
    shuffled = sorted(map(tuple, run.found)) == sorted(map(tuple, nearest))
    assert not shuffled, because(
        "found_out_of_order",
        "`found` has the right ids for every query, and not in the order of the queries: {wrong} lists stand in "
        "another's place. With several workers answers come back in any order; recall would be measured against the "
        "wrong truth.",
        wrong=len(wrong),
    )
    assert not wrong, because(
        "wrong_found",
        "`found` should hold what the search returned for each query. In place {place} stands {actual}, and {expected} "
        "was found.",
        place=wrong[0],
        actual=shortened(run.found[wrong[0]]),
        expected=nearest[wrong[0]],
    )


def assert_busy(rig: Rig) -> None:
    """Have a closed loop run whose answers take very different times, and see how many are on their way."""
    workers = int(rig.rng.integers(4, 7))
    queries = rig.queries(8 * workers)
    with rig.seen(queries, scheduled(rig.delays(len(queries)))) as seen:
        seen.run("closed", queries, workers, 0)
    counting = measured_of(seen.sent(), 0, "closed_loop")
    most = most_in_flight(seen.calls())
    busy = _mean_in_flight(counting) / workers
    fields = {"workers": workers, "most": most, "busy": f"{busy:.0%}"}
    assert most > 1, because(
        "one_at_a_time",
        "closed_loop() was told to use {workers} workers, and never were two searches on their way at once. Is there "
        "one loop, or a lock around the search? Threads wait for the network beside one another; give each its own "
        "search function.",
        **fields,
    )
    assert most <= workers, because(
        "too_many_at_once",
        "closed_loop() was told to use {workers} workers, and {most} searches were on their way at once. A worker "
        "sends its next query when the answer to its last one is there.",
        **fields,
    )
    assert most == workers, because(
        "too_few_at_once",
        "closed_loop() was told to use {workers} workers, and never were more than {most} searches on their way.",
        **fields,
    )
    assert busy >= BUSY, because(
        "idle_workers",
        "closed_loop() was told to use {workers} workers. While there were queries left, workers had a search on "
        "its way for {busy} of the time only: some waited for others. Don't send in batches, and don't deal the "
        "queries out beforehand: whoever has an answer takes the next query.",
        **fields,
    )


def _mean_in_flight(sent: Sequence[Sent]) -> float:
    """Return how many searches were on their way, on average, from the first sending to the last one."""
    begin, end = sent[0].arrived, sent[-1].arrived
    if end <= begin:
        return 0.0
    return float(np.sum([min(each.finished, end) - each.arrived for each in sent])) / (end - begin)
