"""What the checks of 3.4 ask of the clock of a closed loop: latencies, the whole time, and failures apart.

The learner's clock starts before a search reaches the proxy and stops after its answer has left it. So a latency, or a
run, that is shorter than what the proxy saw is impossible, whatever the machine is doing; and where the proxy's delays
are long, it can't be much longer either, unless the machine is very busy: then it is measured again.
"""

from __future__ import annotations

from collections.abc import Sequence

import grpc
import numpy as np

from checks.stage3_use_cases.drives_04 import AN_HOUR_S
from checks.stage3_use_cases.load_rig import QUICK_S, Rig, Seen, Sent, measured_of, scheduled
from checks.stage3_use_cases.load_runs import Run, ms
from fixtures.fates import UNAVAILABLE, Choice, Fate
from grader.check import because
from grader.runner.errors import LearnerError

CLOCK_S = 0.002
"""By how much two clocks of one machine may differ over a second or two."""
OVERHEAD = 1.5
"""How many times the latency that the proxy saw a latency may be. The client adds 1 to 5 ms to 30 (measured)."""
LONGER = 1.15
"""How many times the time that the proxy saw a run may take: 1.00 to 1.01 measured."""
LAST_S = 0.5
"""How long the proxy holds the search that comes last: who stops with the first worker misses it."""
CONNECT_S, WARM_S = 0.25, 0.4
"""How long it holds each connection, and each search of the warm-up."""
BUSY = grpc.StatusCode.RESOURCE_EXHAUSTED

SLOWER = frozenset({"slower_than_it_was"})
LONG = frozenset({"too_long"})


def assert_times_answers(rig: Rig) -> None:
    """Have a closed loop run while the clock of the machine is set back, and hold its latencies against the log."""
    workers, queries = 3, rig.queries(30)
    with rig.seen(queries, scheduled(rig.delays(len(queries)))) as seen:
        run = seen.run("closed_while_the_clock_is_set", 0.3, queries, workers, 0)
    sent = measured_of(seen.sent(), 0, "closed_loop")
    _assert_one_each(run, sent)
    seconds = sorted(each.seconds for each in sent)
    worst = min(own - there for own, there in zip(run.latencies_s, seconds, strict=True))
    assert min(worst, run.seconds) > -AN_HOUR_S / 2, because(
        "wall_clock",
        "While closed_loop() ran, the clock of the machine was set back by an hour, as clocks are set now and then. "
        "It reported a latency or a duration of about minus one hour. time.time() is for dates; "
        "time.perf_counter() and time.monotonic() never go back.",
    )
    assert worst >= -CLOCK_S, because(
        "faster_than_possible",
        "The proxy before Milvus held {answers} searches for {low} to {high} ms. closed_loop() reported latencies of "
        "{own_low} to {own_high} ms, in order of size up to {short} ms less than these searches were at the proxy. "
        "Stop the clock when the answer is there, for each query by itself: no means, no cached answers.",
        answers=len(sent),
        short=ms(-worst),
        **_spans(run, seconds),
    )
    for share in (0.5, 0.9):
        own, there = float(np.quantile(run.latencies_s, share)), float(np.quantile(seconds, share))
        assert own <= OVERHEAD * there, because(
            "slower_than_it_was",
            "The proxy before Milvus held {answers} searches for {low} to {high} ms. closed_loop() reported latencies "
            "of {own_low} to {own_high} ms. A latency begins when the query is sent: not when it began to wait for a "
            "free worker, nor with the opening of a client.",
            answers=len(sent),
            **_spans(run, seconds),
        )


def _assert_one_each(run: Run, sent: Sequence[Sent]) -> None:
    answered = sum(each.ok for each in sent)
    assert len(run.latencies_s) == answered, because(
        "not_one_latency_each",
        "{answered} of {sent} queries that count were answered, and closed_loop() returned {actual} latencies. Keep "
        "one for each answer: percentiles of means, or of some, are others than those of all.",
        answered=answered,
        sent=len(sent),
        actual=len(run.latencies_s),
    )


def _spans(run: Run, seconds: Sequence[float]) -> dict[str, str]:
    return {
        "low": ms(seconds[0]),
        "high": ms(seconds[-1]),
        "own_low": ms(run.latencies_s[0]),
        "own_high": ms(run.latencies_s[-1]),
    }


def assert_times_the_run(rig: Rig) -> None:
    """Have a closed loop run with slow connections, a slow warm-up and a last query that is slow, and take the time."""
    workers, warm_up, number = 3, 3, 24
    queries = rig.queries(warm_up + number)
    delays = [WARM_S] * warm_up + [float(rig.rng.uniform(0.03, 0.04))] * (number - 1) + [LAST_S]
    with rig.seen(queries, scheduled(delays, CONNECT_S)) as seen:
        run = seen.run("closed", queries, workers, warm_up)
    counting = measured_of(seen.sent(), warm_up, "closed_loop")
    begin, end = min(each.arrived for each in counting), max(each.finished for each in counting)
    right = end - begin
    if right - CLOCK_S <= run.seconds <= LONGER * right:
        return
    reason = _looks_like(run.seconds, seen, counting)
    fields = {
        "actual": f"{run.seconds:.2f}",
        "expected": f"{right:.2f}",
        "connects": f"{begin - _first(seen):.2f}",
        "last": f"{LAST_S:g}",
        "sum": f"{sum(each.seconds for each in counting):.2f}",
    }
    assert reason != "set_up_counted", because(
        "set_up_counted",
        "closed_loop() says that its run took {actual} s. From the first query that counts to the last answer it was "
        "{expected} s; the {connects} s before, in which clients connected and warmed up, don't belong to it.",
        **fields,
    )
    assert reason != "warm_up_counted", because(
        "warm_up_counted",
        "closed_loop() says that its run took {actual} s. From the first query that counts to the last answer it was "
        "{expected} s. The warm-up isn't part of it: take the time again when that is over.",
        **fields,
    )
    assert run.seconds > right, because(
        "too_short",
        "closed_loop() says that its run took {actual} s, and the last answer came {expected} s after the first query "
        "that counts: one worker had a slow last query, of {last} s. Stop the clock when every worker is back. Adding "
        "up rates that each worker took over its own time leaves out how long the others have waited.",
        **fields,
    )
    assert reason != "adds_up_workers", because(
        "adds_up_workers",
        "closed_loop() says that its run took {actual} s. Its searches took {sum} s when they are added up, but "
        "they ran beside one another, and {expected} s have passed.",
        **fields,
    )
    raise AssertionError(
        because(
            "too_long",
            "closed_loop() says that its run took {actual} s, and from the first query that counts to the last answer "
            "it was {expected} s.",
            **fields,
        )
    )


def _looks_like(seconds: float, seen: Seen, counting: Sequence[Sent]) -> str:
    """Name the mistake that a time looks like: the one that is nearest, if it is near."""
    end = max(each.finished for each in counting)
    warm = [each.arrived for each in seen.sent() if each not in counting]
    named = {
        "set_up_counted": end - _first(seen),
        "warm_up_counted": end - min(warm, default=end),
        "adds_up_workers": sum(each.seconds for each in counting),
    }
    nearest = min(named, key=lambda name: abs(named[name] - seconds))
    return nearest if abs(named[nearest] - seconds) <= 0.1 * seconds else ""


def _first(seen: Seen) -> float:
    return min(call.arrived for call in seen.proxy.calls)


def assert_failures_apart(rig: Rig) -> None:
    """Have a closed loop run in which some searches are refused at once, and hold what it reports against the log."""
    workers, queries = 3, rig.queries(28)
    refused = set(rig.rng.choice(28, 9, replace=False).tolist())
    with rig.seen(queries, _refusing(refused)) as seen:
        try:
            run = seen.run("closed", queries, workers, 0)
        except LearnerError as error:
            if error.kind != "raised":
                raise
            raise AssertionError(_stopped(error)) from None
    sent = measured_of(seen.sent(), 0, "closed_loop")
    answered, failed = [each for each in sent if each.ok], [each for each in sent if not each.ok]
    assert len(sent) == len(queries), because(
        "stops_at_a_failure",
        "{failed} of the searches were refused, and only {sent} of {queries} queries were sent. A worker whose query "
        "fails takes the next one.",
        failed=len(failed),
        sent=len(sent),
        queries=len(queries),
    )
    fields = {"answered": len(answered), "failed": len(failed), "own": len(run.latencies_s), "said": run.failed}
    assert len(run.latencies_s) == len(answered), because(
        "counts_failures_as_answers",
        "{failed} searches were refused at once, and {answered} answered. closed_loop() returned {own} latencies. A "
        "server that refuses everything is the fastest of all, if failures count as answers.",
        **fields,
    )
    assert run.failed == len(failed), because(
        "failures_not_counted",
        "{failed} searches were refused, and {answered} answered. closed_loop() reported failed={said}. Some were "
        "raised as MilvusException, others as grpc.RpcError: whatever is raised is a failure.",
        **fields,
    )
    assert run.latencies_s[0] >= min(each.seconds for each in answered) - CLOCK_S, because(
        "times_failures",
        "{failed} searches were refused at once, and {answered} answered, none of these in less than {least} ms. "
        "closed_loop() reported a latency of {own_least} ms: that is a failure's.",
        least=ms(min(each.seconds for each in answered)),
        own_least=ms(run.latencies_s[0]),
        **fields,
    )
    _assert_nothing_found(run, {each.place for each in failed})


def _refusing(refused: set[int]) -> Choice:
    """Return the choice that refuses the searches that come at these places, each as pymilvus raises it otherwise."""

    def choose(method: str, number: int) -> Fate | None:
        if method != "Search":
            return None
        if number - 1 in refused:
            return Fate(refuse=UNAVAILABLE if number % 2 else BUSY)
        return Fate(hold_s=2 * QUICK_S)

    return choose


def _assert_nothing_found(run: Run, failed: set[int]) -> None:
    wrong = [place for place, ids in enumerate(run.found) if bool(ids) == (place in failed)]
    assert not wrong, because(
        "found_by_a_failure",
        "`found` should have an empty list for each query that failed, and ids for each other one. In place {place} "
        "it isn't so: is it in the order of the queries, and as long?",
        place=wrong[0] if wrong else 0,
    )


def _stopped(error: LearnerError) -> object:
    return because(
        "raises_what_failed",
        "Some searches were refused, and closed_loop() ended with {type}: {message}. A harness that stops at the first "
        "failure can't measure a server that is overloaded. Some come as MilvusException, others as grpc.RpcError: "
        "count them all.",
        type=error.type,
        message=error.message[:200],
    )
