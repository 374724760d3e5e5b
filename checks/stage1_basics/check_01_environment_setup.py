"""Checks of 1.1 Environment setup.

The learner's functions get the address of a proxy before a real Milvus, or of a port where no Milvus is. What counts
is when they came back, what had reached Milvus by then, and what is on the server afterwards. compose.yaml is rendered
by the real Docker Compose, with and without a password.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np

from checks.stage1_basics.compose_assertions import (
    assert_asks_milvus,
    assert_keeps_data,
    assert_keeps_to_itself,
    assert_runs_milvus,
    assert_takes_password,
)
from checks.stage1_basics.compose_stack import stack_of
from checks.stage1_basics.readiness_assertions import (
    as_report,
    assert_asked,
    assert_created,
    assert_identity,
    assert_ready,
    assert_soon,
    assert_tidied_up,
    assert_timed_out,
    assert_trouble,
    assert_went_through,
)
from checks.stage1_basics.waiting import (
    READS,
    WRITES,
    Wait,
    asked_for,
    door,
    left_behind,
    names_created,
    not_ready_for,
)
from fixtures.fates import UNAVAILABLE, Fate, refuse
from fixtures.milvus import Milvus
from fixtures.ports import closed_port, silent_port
from grader.check import because, check, not_graded, shortened
from grader.kept import Kept
from grader.runner.submission import Submission
from infra.endpoint import Endpoint
from infra.messages import N_, Message

PATIENT_S = 10.0
"""A deadline that a Milvus which is there meets, on a slow machine too."""

IMPATIENT_S = 1.0
"""A deadline for what never gets ready."""

OPENS_AFTER_S = 0.5
REFUSED_FOR_S = 0.3


@check("1.1")
def sees_a_ready_server(submission: Submission, milvus: Milvus) -> None:
    """wait_until_ready returns when Milvus is there"""
    with door(milvus) as proxy:
        assert_ready(Wait(submission, proxy.uri, PATIENT_S).end(), PATIENT_S)
        assert_asked(proxy)


@check("1.1", after=[sees_a_ready_server])
def waits_for_a_late_port(submission: Submission, milvus: Milvus) -> None:
    """wait_until_ready waits for a port that opens late"""
    with closed_port() as port:
        wait = Wait(submission, port.uri, PATIENT_S)
        if too_soon := wait.end(OPENS_AFTER_S):
            assert_ready(too_soon, PATIENT_S)
            raise AssertionError(
                because(
                    "ready_before_it_opened",
                    "wait_until_ready() returned after {seconds:.1f} s, before the port of Milvus had opened.",
                    seconds=too_soon.seconds,
                )
            )
        port.release()
        with door(milvus, at=port.address) as proxy:
            opened = time.monotonic()
            assert_soon(assert_ready(wait.end(), PATIENT_S), proxy, opened)


@check("1.1", points=2)
def gives_up_in_time(submission: Submission) -> None:
    """wait_until_ready gives up in time where nothing listens, and where nobody answers"""
    with closed_port() as closed, silent_port() as silent, ThreadPoolExecutor(2) as both:
        waits = [Wait(submission, port.uri, IMPATIENT_S) for port in (closed, silent)]
        on_closed, on_silent = both.map(Wait.end, waits)
    assert_timed_out(waits[0], on_closed, "ready_on_a_closed_port")
    assert_timed_out(waits[1], on_silent, "trusts_the_port")
    assert silent.connections, because(
        "never_connected", "wait_until_ready() raised TimeoutError without having connected to the port even once."
    )


@check("1.1", after=[sees_a_ready_server])
def needs_a_write(submission: Submission, milvus: Milvus) -> None:
    """wait_until_ready doesn't return before a write went through"""
    with door(milvus) as proxy, proxy.treating(not_ready_for(REFUSED_FOR_S, WRITES)):
        ended = assert_ready(Wait(submission, proxy.uri, PATIENT_S).end(), PATIENT_S)
        assert_went_through(ended, asked_for(proxy, WRITES), asked_for(proxy, WRITES, "OK"), "write")


@check("1.1", after=[needs_a_write])
def needs_a_read(submission: Submission, milvus: Milvus) -> None:
    """wait_until_ready doesn't return before a read went through"""
    with door(milvus) as proxy, proxy.treating(not_ready_for(REFUSED_FOR_S, READS)):
        ended = assert_ready(Wait(submission, proxy.uri, PATIENT_S).end(), PATIENT_S)
        assert_went_through(ended, asked_for(proxy, READS), asked_for(proxy, READS, "OK"), "read")


@check("1.1", after=[needs_a_write])
def leaves_nothing_behind(submission: Submission, milvus: Milvus, kept: Kept) -> None:
    """wait_until_ready drops what it created"""
    with door(milvus) as proxy:
        assert_ready(Wait(submission, proxy.uri, PATIENT_S).end(), PATIENT_S)
        assert_created(proxy)
        kept("names", lambda: names_created(proxy))
        left = left_behind(milvus, names_created(proxy))
        assert not left, because(
            "left_behind",
            "wait_until_ready() returned, and the collection {name} that it created is still on the server. A probe "
            "that runs every few seconds fills it.",
            name=shortened(left[0][1] if left else ""),
        )


@check("1.1", after=[leaves_nothing_behind])
def shares_no_name(submission: Submission, milvus: Milvus, kept: Kept) -> None:
    """wait_until_ready works in a collection that nobody else uses"""
    # One after the other: two that create and drop one collection at the same time leave milvus-lite unusable.
    before = set(kept("names", lambda: _created_by_a_wait(submission, milvus)))
    shared = before & _created_by_a_wait(submission, milvus)
    assert not shared, because(
        "shared_name",
        "Two programs called wait_until_ready(), and both worked in a collection {name}. When they do so at the same "
        "time, one drops it while the other still reads; and a collection of somebody else with that name is lost.",
        name=shortened(min(shared, default="")),
    )


@check("1.1", after=[leaves_nothing_behind, needs_a_read])
def tidies_up_after_a_failure(submission: Submission, milvus: Milvus) -> None:
    """wait_until_ready tidies up after a failure, and is in time"""
    # Long enough for the reads to be reached, which a full server takes a second for, and a busy one more. Nor does a
    # server that stalls for a moment decide: a wait that is late, or hasn't tidied up, is judged by the next one, which
    # has twice the time.
    short, long = (2.0, 5.0) if milvus.server.backend == "lite" else (4.0, 8.0)
    for deadline_s in (short, long):
        with door(milvus) as proxy, proxy.treating(refuse(UNAVAILABLE, *READS)):
            wait = Wait(submission, proxy.uri, deadline_s)
            ended = wait.end()
            left = left_behind(milvus, names_created(proxy)) if ended else []
            if left and deadline_s == short:
                continue
            assert_tidied_up(ended, left)
            assert_created(proxy)
            if asked_for(proxy, READS) and (ended is not None or deadline_s == long):
                assert_timed_out(wait, ended, "returned_unread")
                return
    raise not_graded("never_read", "within its deadline the wait didn't come as far as a read, on this machine")


@check("1.1")
def reports_the_server(submission: Submission, milvus: Milvus) -> None:
    """server_report tells the truth about a server"""
    with door(milvus) as proxy:
        report = as_report(submission.call("server_report", Endpoint("uri", proxy.uri)))
        assert_identity(report, milvus)
        assert (report["healthy"], report["reasons"]) == (True, []), because(
            "unhealthy_without_trouble",
            "server_report() says healthy: {healthy}, for the reasons {reasons}, and Milvus takes writes and reads.",
            healthy=report["healthy"],
            reasons=shortened(report["reasons"], 200),
        )


@check("1.1", after=[reports_the_server])
def reports_trouble(submission: Submission, milvus: Milvus, rng: np.random.Generator) -> None:
    """server_report tells what is wrong with a server"""
    words = f"quota exceeded: disk {int(rng.integers(10**6, 10**7))} is full"
    full = Fate(refuse=grpc.StatusCode.RESOURCE_EXHAUSTED, details=words)
    with door(milvus) as proxy, proxy.treating(lambda method, _: full if method in WRITES else None):
        report = as_report(submission.call("server_report", Endpoint("uri", proxy.uri)))
        assert_trouble(report, words, Message(N_("Milvus answers and refuses every write")))
        assert_identity(report, milvus)
    with closed_port() as port:
        report = as_report(submission.call("server_report", Endpoint("uri", port.uri)))
        assert_trouble(report, None, Message(N_("Nothing listens on the port")))


@check("1.1")
def compose_runs_milvus(submission: Submission) -> None:
    """compose.yaml is valid and runs a pinned standalone Milvus"""
    assert_runs_milvus(stack_of(submission))


@check("1.1", after=[compose_runs_milvus])
def compose_asks_milvus(submission: Submission) -> None:
    """compose.yaml has a health check that asks Milvus itself"""
    assert_asks_milvus(stack_of(submission))


@check("1.1", after=[compose_runs_milvus])
def compose_keeps_data(submission: Submission) -> None:
    """compose.yaml keeps all data on named volumes"""
    assert_keeps_data(stack_of(submission))


@check("1.1", after=[compose_runs_milvus])
def compose_takes_a_password(submission: Submission, rng: np.random.Generator) -> None:
    """compose.yaml starts only with a password, and passes it on"""
    assert_takes_password(submission, [f"Pw{int(number)}" for number in rng.integers(10**9, 10**10, 2)])


@check("1.1", after=[compose_runs_milvus])
def compose_keeps_to_itself(submission: Submission) -> None:
    """compose.yaml starts and opens nothing that it shouldn't"""
    assert_keeps_to_itself(stack_of(submission))


def _created_by_a_wait(submission: Submission, milvus: Milvus) -> set[str]:
    """Wait for a Milvus that is there, and return the names of the collections that were created for it."""
    with door(milvus) as proxy:
        assert_ready(Wait(submission, proxy.uri, PATIENT_S).end(), PATIENT_S)
        assert_created(proxy)
        return names_created(proxy)
