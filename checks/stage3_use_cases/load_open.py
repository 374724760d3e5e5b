"""What the checks of 3.4 ask of an open loop: it keeps to its schedule, and a stall shows in what it reports.

Where the schedule begins, the log tells: no query is sent before its time, so it began at the latest when a query
arrived, less that query's place in the schedule. Latencies follow from that and the log alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from checks.stage3_use_cases.load_rig import Rig, Sent, measured_of
from checks.stage3_use_cases.load_runs import Run, ms
from fixtures.fates import Choice, Fate
from fixtures.proxy import most_in_flight
from grader.check import because, undecided
from grader.measured import Chart, Measured, Series
from infra.messages import N_

Floats = npt.NDArray[np.float64]

EARLY_S = 0.1
"""How much before its time a query may seem to come where the first one was late."""
LATE_S = 0.05
"""How late the middle one of all queries may be sent. 1 ms measured; by the delays it is 1,500 where each
waits for the last answer."""
CLOCK_S = 0.002
TOO_MUCH = 1.25
"""How many times what the schedule implies a reported percentile may be, and 10 ms more, for p50 is small: 1.00 to 1.01
measured from p90 on, and 1.05 to 1.5 of p50 (5 to 29 ms)."""
STALL_AFTER_S, STALL_S = 0.5, 0.9
BACK_WITHIN_S = 0.25
"""How late a query may still be at the end of a run, half a second after the backlog should have been worked off."""
SHARES = (0.5, 0.9, 0.95, 0.99)
BUSY = 0.75
"""What share of the workers' time answers may take before no loop could keep to its schedule: 0.4 to 0.6 are meant."""

LATE = frozenset({"sent_early", "falls_behind", "shifts_the_schedule", "more_than_the_schedule"})


@dataclass(frozen=True)
class Scheduled:
    """What the log says of an open loop, query by query in the order of the schedule.

    Attributes:
        due: when each should have been sent, in seconds from the first one.
        arrived: when it arrived at the proxy, likewise.
        finished: when its answer was there.
    """

    due: Floats
    arrived: Floats
    finished: Floats

    @property
    def lateness(self) -> Floats:
        """How late each was sent."""
        return self.arrived - self.due

    @property
    def latencies(self) -> Floats:
        """From the moment that the schedule has for a query to its answer."""
        return self.finished - self.due


def by_schedule(sent: Sequence[Sent], rate: float) -> Scheduled:
    """Lay the log beside the schedule."""
    ordered = sorted(sent, key=lambda each: each.place)
    due = np.array([each.place for each in ordered]) / rate
    arrived = np.array([each.arrived for each in ordered])
    began = float((arrived - due).min())
    return Scheduled(due, arrived - began, np.array([each.finished for each in ordered]) - began)


def assert_on_schedule(rig: Rig) -> None:
    """Have an open loop send queries whose answers take several times as long as the next one is away."""
    rate, workers = float(rig.rng.uniform(35, 45)), 8
    queries = rig.queries(40)
    with rig.seen(queries, _held(rig.rng.uniform(0.08, 0.12, len(queries)).tolist())) as seen:
        seen.run("opened", queries, rate, workers)
    sent = measured_of(seen.sent(), 0, "open_loop")
    _assert_all_sent(sent, len(queries))
    _assert_not_early(sent, rate)
    lateness = by_schedule(sent, rate).lateness
    most = most_in_flight(seen.calls())
    middle = float(np.median(lateness))
    if middle > LATE_S:
        _make_sure_that_workers_suffice(rate, workers, [each.seconds for each in sent])
    assert middle <= LATE_S, because(
        "falls_behind",
        "open_loop() was told to send {rate:.0f} queries a second with {workers} workers. Every query had its answer "
        "after about 100 ms, so {workers} workers are plenty. Yet the middle one of all was sent {middle} ms late, and "
        "the last one {last} ms; at most {most} were on their way at once. Query i is due at start + i / rate, "
        "whatever became of those before: let a worker that is free take it and sleep until then.",
        rate=rate,
        workers=workers,
        middle=ms(middle),
        last=ms(float(lateness[-1])),
        most=most,
    )


def _make_sure_that_workers_suffice(rate: float, workers: int, service_s: Floats | Sequence[float]) -> None:
    """Hold nothing against a schedule that couldn't be kept: on a busy machine answers may take too long for it."""
    busy = rate * float(np.mean(service_s)) / workers
    if busy > BUSY:
        raise undecided(
            "too_busy_for_a_schedule",
            "the machine is too noisy to judge a schedule: answers took {service} ms in the mean, which keeps "
            "{busy:.0%} of {workers} workers busy at {rate:.0f} queries a second. Close what keeps the machine busy "
            "and grade it again.",
            service=ms(float(np.mean(service_s))),
            busy=busy,
            workers=workers,
            rate=rate,
        )


def _assert_all_sent(sent: Sequence[Sent], queries: int) -> None:
    places = [each.place for each in sent]
    assert sorted(places) == list(range(queries)), because(
        "not_each_once",
        "open_loop() was given {queries} queries. {different} of them reached Milvus, with {all} searches. Each is "
        "sent once, also when it is late: users don't go away because the server stands still.",
        queries=queries,
        different=len(set(places)),
        all=len(places),
    )


def _assert_not_early(sent: Sequence[Sent], rate: float) -> None:
    first = next(each.arrived for each in sent if each.place == 0)
    early = max(first + each.place / rate - each.arrived for each in sent)
    assert early <= EARLY_S, because(
        "sent_early",
        "open_loop() was told to send {rate:.0f} queries a second, evenly. One was sent {early} ms before its time, "
        "counted from the first.",
        rate=rate,
        early=ms(early),
    )


def assert_shows_a_stall(rig: Rig, measured: Callable[[Measured], None]) -> None:
    """Have the server stand still in the middle of an open loop, and hold the reported percentiles against the log."""
    rate, workers = float(rig.rng.uniform(42, 52)), 4
    queries = rig.queries(round(2.4 * rate))
    stall_s = float(rig.rng.uniform(0.9, 1.1)) * STALL_S
    with rig.seen(queries, _stalling(stall_s)) as seen:
        run = seen.run("opened", queries, rate, workers)
    sent = measured_of(seen.sent(), 0, "open_loop")
    _assert_all_sent(sent, len(queries))
    most = most_in_flight(seen.calls())
    assert most <= workers, because(
        "too_many_in_a_stall",
        "open_loop() has {workers} workers, and while Milvus stood still {most} searches were on their way at once. A "
        "harness without a bound runs out of memory and connections in a stall, and what it measures then is itself: "
        "let queries wait for a worker. Their latency counts from when they were due, so nothing is hidden.",
        workers=workers,
        most=most,
    )
    log = by_schedule(sent, rate)
    service = np.sort(log.finished - log.arrived)
    measured(_stall_chart(run, log, service))
    assert len(run.latencies_s) == len(queries), because(
        "not_one_latency_each_open",
        "All {queries} queries were answered, and open_loop() returned {actual} latencies.",
        queries=len(queries),
        actual=len(run.latencies_s),
    )
    fields = {
        "stall": f"{stall_s:.1f}",
        "rate": rate,
        "behind": f"{float(log.lateness[-1]):.1f}",
        "held": int((service > stall_s / 2).sum()),
        "queries": len(queries),
        "own": _percentiles(run.latencies_s),
        "expected": _percentiles(log.latencies),
        "service": _percentiles(service),
    }
    if log.lateness[-1] > BACK_WITHIN_S:
        _make_sure_that_workers_suffice(rate, workers, service[service < stall_s / 2])
    assert float(log.lateness[-1]) <= BACK_WITHIN_S, because(
        "shifts_the_schedule",
        "Milvus stood still for {stall} s while open_loop() ran at {rate:.0f} queries a second. Afterwards the "
        "schedule went on from there: the last query was sent {behind} s after it was due, though the server had long "
        "been idle again. What was due meanwhile is sent as soon as somebody is free, as real users "
        "would have sent it.",
        **fields,
    )
    _assert_implied(run, log, service, fields)


def _assert_implied(run: Run, log: Scheduled, service: Floats, fields: dict[str, object]) -> None:
    """Hold the reported latencies against those that the schedule implies."""
    own, implied = np.array(run.latencies_s), np.sort(log.latencies)
    from_the_send = float(np.quantile(own, 0.95)) < (np.quantile(implied, 0.95) + np.quantile(service, 0.95)) / 2
    assert not from_the_send, because(
        "coordinated_omission",
        "Milvus stood still for {stall} s. {held} searches were on their way and waited; all that came due meanwhile "
        "couldn't even be sent, and the users behind them waited as well. open_loop() reports {own}; counted from the "
        "moment that the schedule has for each query it is {expected}. Yours looks as if it began with the sending "
        "({service}): so {held} slow answers of {queries} are all that one sees of a stall. That is called coordinated "
        "omission.",
        **fields,
    )
    assert float((own - implied).min()) >= -CLOCK_S, because(
        "less_than_the_schedule",
        "open_loop() reports {own}. By the schedule, from the moment that each query was due to its answer, it is "
        "{expected}.",
        **fields,
    )
    for share in SHARES:
        assert np.quantile(own, share) <= TOO_MUCH * np.quantile(implied, share) + 0.01, because(
            "more_than_the_schedule",
            "open_loop() reports {own}. By the schedule, from the moment that each query was due to its answer, it is "
            "{expected}.",
            **fields,
        )


def _percentiles(latencies: Floats | Sequence[float]) -> str:
    p50, p95, p99 = np.quantile(latencies, [0.5, 0.95, 0.99])
    return f"p50 {ms(p50)}, p95 {ms(p95)}, p99 {ms(p99)} ms"


def _held(delays: Sequence[float]) -> Choice:
    def choose(method: str, number: int) -> Fate | None:
        return Fate(hold_s=delays[(number - 1) % len(delays)]) if method == "Search" else None

    return choose


def _stalling(stall_s: float) -> Choice:
    """Return the choice that lets no search pass for some time, half a second after the first one has come."""
    first: list[float] = []

    def choose(method: str, _: int) -> Fate | None:
        if method != "Search":
            return None
        now = time.monotonic()
        first.append(now)
        since = now - first[0] - STALL_AFTER_S
        return Fate(hold_s=stall_s - since) if 0 <= since < stall_s else None

    return choose


def _stall_chart(run: Run, log: Scheduled, service: Floats) -> Chart:
    """Draw the latencies in order of size: as reported, as the schedule implies, and from the sending on."""
    return Chart(
        N_("What a stall does to an open loop"),
        x=N_("share of queries that are at most as slow, in percent"),
        y=N_("latency in ms"),
        series=(
            Series(N_("by the schedule"), "reference", _curve(np.sort(log.latencies))),
            Series(N_("from the sending on"), "control", _curve(service)),
            Series(N_("yours"), "yours", _curve(run.latencies_s)),
        ),
    )


def _curve(latencies: Floats | Sequence[float]) -> tuple[tuple[float, float, str], ...]:
    shares = [0, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98, 99, 100]
    values: Sequence[float] = np.quantile(latencies, np.array(shares) / 100).tolist() if len(latencies) else []
    return tuple((float(share), 1e3 * float(value), f"p{share}") for share, value in zip(shares, values, strict=False))
