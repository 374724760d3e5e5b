"""What the checks of 1.1 ask of a wait and of a report, and what each difference looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from checks.stage1_basics.waiting import Ended, Wait, names_created
from fixtures.milvus import PREFIX, Milvus
from fixtures.proxy import Proxy
from grader.check import because, returned, shortened
from infra.messages import N_, Message

FUNCTION = "server_report"
LOOKS_WITHIN_S = 2.0
RETURNS_WITHIN_S = 1.0
"""How soon after the port opened it must have been looked at, and after the last answer the function returned."""


def assert_ready(ended: Ended | None, deadline_s: float) -> Ended:
    """Ask of a wait for a server that could be used in time that it returned."""
    assert ended is not None, because(
        "too_late",
        "wait_until_ready(uri, {deadline:g}) hadn't come back when its deadline and 20 % more had passed, though "
        "Milvus was there.",
        deadline=deadline_s,
    )
    error = ended.error
    assert not ended.timed_out or ended.seconds < deadline_s / 2, because(
        "never_ready",
        "Milvus was there and took writes and reads, and wait_until_ready(uri, {deadline:g}) raised TimeoutError after "
        "{seconds:.1f} s: {message}. What did its last attempt fail with? That belongs into the text of the error.",
        deadline=deadline_s,
        seconds=ended.seconds,
        message=shortened(error.message if error else "", 200),
    )
    assert error is None, because(
        "gave_up",
        "wait_until_ready(uri, {deadline:g}) gave up after {seconds:.1f} s with {type}: {message}. As long as the "
        "deadline hasn't passed, an error is a reason to look again: refused, not ready yet, whatever it says.",
        deadline=deadline_s,
        seconds=ended.seconds,
        type=error.type if error else "",
        message=shortened(error.message if error else "", 200),
    )
    return ended


def assert_soon(ended: Ended, proxy: Proxy, opened: float) -> None:
    """Ask that the port was looked at soon after it opened, and that nothing was waited for after the last answer."""
    assert_asked(proxy)
    looked, answered = proxy.calls[0].arrived - opened, max(call.finished for call in proxy.calls)
    assert looked <= LOOKS_WITHIN_S, because(
        "looks_too_rarely",
        "The port opened, and it took {seconds:.1f} s until wait_until_ready() asked anything there. It looks like a "
        "long sleep between two looks; 0.1 s costs nothing.",
        seconds=looked,
    )
    assert ended.at - answered <= RETURNS_WITHIN_S, because(
        "waits_on",
        "wait_until_ready() had its last answer from Milvus and came back {seconds:.1f} s later. It looks like a fixed "
        "sleep: once a write and a read went through, there is nothing left to wait for.",
        seconds=ended.at - answered,
    )


def assert_asked(proxy: Proxy) -> None:
    """Ask that anything was asked of Milvus at all."""
    assert proxy.calls, because(
        "asks_nothing",
        "wait_until_ready() returned, and not one call had reached Milvus. It looks like a fixed sleep, or a look at "
        "the port alone: a port can be open long before Milvus answers there.",
    )


def assert_created(proxy: Proxy) -> None:
    """Ask that a collection was created: without one there is nothing to be dropped, and nowhere to write."""
    assert names_created(proxy), because(
        "created_nothing",
        "wait_until_ready() came back without having created a collection. Where does it write? Into a collection of "
        "its own, which is dropped afterwards: the others are somebody's.",
    )


def assert_tidied_up(ended: Ended | None, left: Sequence[tuple[str, str]]) -> None:
    """Ask of a wait whose reads were refused that nothing of it is left on the server."""
    assert not left, because(
        "left_behind_after_a_failure",
        "Reads were refused and wait_until_ready() came back after {seconds:.1f} s: {count} of the collections that it "
        "created are still on the server. Drop them in `finally`, with a timeout that the deadline leaves.",
        seconds=ended.seconds if ended else 0.0,
        count=len(left),
    )


def assert_timed_out(wait: Wait, ended: Ended | None, what: str) -> None:
    """Ask of a wait for what can't be ready that it raised TimeoutError, in time and not before.

    Args:
        wait: the wait.
        ended: how it ended, or None if it hasn't.
        what: reason id of a wait that returned: what it took for Milvus.
    """
    assert ended is not None, because(
        "too_late",
        "wait_until_ready(uri, {deadline:g}) should raise TimeoutError after {deadline:g} s and at most 20 % more, but "
        "after {limit:.1f} s it hadn't come back. Every call needs a timeout: the client alone waits 10 s for a "
        "silent port, and pymilvus repeats a refused call with longer and longer waits, up to three times its timeout.",
        deadline=wait.deadline_s,
        limit=wait.limit_s,
    )
    assert ended.error is not None, because(what, _RETURNED[what], deadline=wait.deadline_s, seconds=ended.seconds)
    assert ended.timed_out, because(
        "wrong_error",
        "wait_until_ready(uri, {deadline:g}) should raise TimeoutError once the deadline has passed, and after "
        "{seconds:.1f} s it raised {type}: {message}",
        deadline=wait.deadline_s,
        seconds=ended.seconds,
        type=ended.error.type,
        message=shortened(ended.error.message, 200),
    )
    assert ended.seconds >= wait.deadline_s / 2, because(
        "too_early",
        "wait_until_ready(uri, {deadline:g}) raised TimeoutError after {seconds:.1f} s. Milvus may still come: the "
        "whole deadline is there to be used. It looks like a fixed number of attempts.",
        deadline=wait.deadline_s,
        seconds=ended.seconds,
    )


def assert_went_through(ended: Ended, asked: int, accepted: int, what: Literal["write", "read"]) -> None:
    """Ask of a wait that returned that it asked for a write (or read), and that one had gone through.

    Args:
        ended: the wait.
        asked: how many such calls reached Milvus' door.
        accepted: how many of them were answered.
        what: `write` or `read`.
    """
    assert asked, because(f"no_{what}", _NEVER[what], seconds=ended.seconds)
    assert accepted, because(f"{what}_refused", _REFUSED[what], seconds=ended.seconds, asked=asked)


class Report(TypedDict):
    """What server_report returns, at least."""

    version: str | None
    type: str | None
    databases: list[str]
    healthy: bool
    reasons: list[str]


def as_report(value: Any) -> Report:
    """Return a report as learner code must return it; what it has beyond the brief is left out."""
    given = returned(value, dict[str, Any], "server_report")
    report: Report = returned({key: given[key] for key in Report.__annotations__ if key in given}, Report, FUNCTION)
    return report


def assert_identity(report: Report, milvus: Milvus) -> None:
    """Compare version, type and databases with what the grader's own client is told."""
    version = milvus.client.get_server_version(timeout=10)
    assert report["version"] == version, because(
        "wrong_version",
        'server_report() says version "{actual}", and the server calls itself "{expected}".',
        actual=report["version"],
        expected=version,
    )
    mode = milvus.client.get_server_version(detail=True, timeout=10)["deploy_mode"].lower() or report["type"]
    assert report["type"] == mode, because(
        "wrong_type",
        'server_report() says type "{actual}", and the server says of its deployment: "{expected}". get_server_type() '
        "looks at the address alone and calls it `milvus` if it isn't Zilliz' cloud; get_server_version(detail=True) "
        "asks.",
        actual=report["type"],
        expected=mode,
    )
    there = milvus.client.list_databases(timeout=10)
    assert milvus.database in report["databases"], because(
        "missing_database",
        "server_report() says databases {actual}. The grader has created {missing} a moment ago, and it isn't there.",
        actual=shortened(report["databases"]),
        missing=milvus.database,
    )
    # Those of other graders on this server come and go.
    invented = sorted(name for name in set(report["databases"]) - set(there) if not name.startswith(PREFIX))
    assert not invented, because(
        "invented_database", "server_report() says databases that the server doesn't have: {names}.", names=invented
    )


def assert_trouble(report: Report, words: str | None, trouble: Message) -> None:
    """Ask of a report about a server in trouble that it says so, with the server's words where it had any."""
    assert report["healthy"] is False, because(
        "healthy_in_trouble",
        "{trouble}, and server_report() says healthy: {actual}. Only a write and a read that go through tell.",
        trouble=trouble,
        actual=report["healthy"],
    )
    assert report["reasons"], because(
        "no_reason",
        "{trouble}, and server_report() says that the server isn't healthy, without any reason.",
        trouble=trouble,
    )
    assert words is None or any(words in reason for reason in report["reasons"]), because(
        "vague_reason",
        'server_report() says why the server isn\'t healthy: {actual}. The server had said "{words}", and whoever is '
        "woken by the report needs those words.",
        actual=shortened(report["reasons"], 200),
        words=words,
    )


_RETURNED = {
    "ready_on_a_closed_port": N_(
        "Nothing listens on the port that wait_until_ready(uri, {deadline:g}) was given, and after {seconds:.1f} s it "
        "returned as if Milvus were there. It looks like a fixed sleep, or an error that is caught and forgotten."
    ),
    "trusts_the_port": N_(
        "The port that wait_until_ready(uri, {deadline:g}) was given accepts connections and answers nothing, and "
        "after {seconds:.1f} s it returned as if Milvus were there. It looks as if it trusts the port: a Milvus that "
        "starts opens its port well before it answers there."
    ),
    "returned_unread": N_(
        "Every read was refused, and wait_until_ready(uri, {deadline:g}) returned after {seconds:.1f} s as if one had "
        "gone through."
    ),
}
"""What a wait that should have raised looks like when it returned, by reason id."""

_NEVER = {
    "write": N_(
        "wait_until_ready() returned after {seconds:.1f} s without having written a row. A Milvus that answers, lists "
        "collections and calls itself healthy may still refuse every write: insert a row and see."
    ),
    "read": N_(
        "wait_until_ready() returned after {seconds:.1f} s without having read a row. What takes writes can't always "
        "be read from: query the row that you wrote."
    ),
}

_REFUSED = {
    "write": N_(
        "wait_until_ready() returned after {seconds:.1f} s, and until then each of its writes ({asked}) had been "
        "refused. It looks like an error that is caught and forgotten: ready means that the write went through."
    ),
    "read": N_(
        "wait_until_ready() returned after {seconds:.1f} s, and until then each of its reads ({asked}) had been "
        "refused. It looks like an error that is caught and forgotten: ready means that the read went through."
    ),
}
