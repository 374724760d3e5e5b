"""Jobs side by side in forks of this process: what they tell comes in order, and nothing of them stays."""

from __future__ import annotations

import os
import signal
import sys
import time

import psutil
import pytest

from grader.abreast import Tell, run_abreast
from grader.errors import KitError, WrongOption
from infra.messages import Message

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform: jobs run one by one")


def heard(*jobs: object) -> list[object]:
    told: list[object] = []
    run_abreast(jobs, told.append)  # type: ignore[arg-type]
    return told


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


def slow(tell: Tell) -> None:
    for number in range(3):
        time.sleep(0.1)
        tell(("slow", number))


def quick(tell: Tell) -> None:
    tell(("quick", os.getpid()))


def test_what_jobs_tell_comes_job_by_job_and_they_run_at_once() -> None:
    before = children()
    began = time.monotonic()
    told = heard(slow, quick, slow)
    assert [news[0] for news in told] == ["slow"] * 3 + ["quick"] + ["slow"] * 3  # type: ignore[index]
    assert told[3][1] != os.getpid()  # type: ignore[index]
    assert time.monotonic() - began < 0.55, "one after the other they take 0.6 s"
    assert children() == before


def test_one_job_runs_in_this_process() -> None:
    assert heard(quick) == [("quick", os.getpid())]


def test_without_fork_jobs_run_one_by_one_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_NO_FORK", "1")
    assert heard(quick, quick) == [("quick", os.getpid())] * 2


def test_more_than_a_pipe_holds_is_told_whole() -> None:
    big = "x" * 300_000
    assert heard(slow, lambda tell: tell(big), lambda tell: tell(big))[3:] == [big, big]


def test_an_error_of_the_kit_ends_the_others_and_comes_through() -> None:
    def stops(tell: Tell) -> None:
        tell("begun")
        raise WrongOption(Message("no {what}", {"what": "sense"}), Message("do that"))

    before, told = children(), []
    began = time.monotonic()
    with pytest.raises(KitError) as caught:
        run_abreast([stops, lambda _: time.sleep(60)], told.append)
    assert (str(caught.value.message), str(caught.value.remedy), told) == ("no sense", "do that", ["begun"])
    assert time.monotonic() - began < 10
    assert children() == before


@pytest.mark.parametrize(
    "end", [lambda _: os._exit(3), lambda _: os.kill(os.getpid(), signal.SIGKILL), lambda _: 1 / 0]
)
def test_a_job_that_ends_without_a_word_is_said_in_one_sentence(end: object, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KitError, match="ended without a word"):
        heard(slow, end)
    assert "Traceback" not in "".join(capfd.readouterr())


def test_an_interrupt_ends_every_job() -> None:
    before = children()

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_abreast([quick, lambda _: time.sleep(60)], interrupted)
    assert children() == before
    sys.stdout.flush()
