"""Runs jobs side by side, each in a fork of this process: most of a check's time is waiting.

    run_abreast([lambda tell: tell(1), lambda tell: tell(2)], print)      # prints 1, then 2

What a job tells comes back over a pipe, and is passed on job by job, in their order. The forks are this kit's own:
learner code runs in processes below them and has none of these pipes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any

from grader.errors import KitError
from grader.runner.launch import can_fork, release
from infra.backends import BackendError
from infra.messages import N_, Message

Tell = Callable[[Any], None]
Job = Callable[[Tell], None]

OWN_END_S = 1.0
END_LIMIT_S = 5.0
_LOOK_S = 0.02


@dataclass(frozen=True)
class _Fork:
    """One job on its way: its process, and the end of the pipe that it tells through."""

    pid: int
    channel: Connection


@dataclass(frozen=True)
class _Ended:
    """The last thing that a job tells: what stopped it, or nothing."""

    stopped_by: tuple[Message, Message | None] | None = None


def run_abreast(jobs: Sequence[Job], told: Tell) -> None:
    """Run every job, all at once where the platform has fork, and pass on what they tell, job by job.

    Args:
        jobs: what is to be done; each gets a function that tells a value which can be pickled.
        told: gets each value, in this process.

    Raises:
        KitError: what stopped a job; those that still run are ended.
    """
    if len(jobs) == 1 or not can_fork():
        for job in jobs:
            job(told)
        return
    sys.stdout.flush()
    sys.stderr.flush()
    forks = [_start(job, place) for place, job in enumerate(jobs)]
    release()
    try:
        for fork in forks:
            _pass_on(fork, told)
    finally:
        for fork in forks:
            _end(fork)


def _start(job: Job, place: int) -> _Fork:
    ours, theirs = Pipe(duplex=False)
    pid = os.fork()
    if pid:
        theirs.close()
        return _Fork(pid, ours)
    try:
        ours.close()
        if place > 0:
            release()  # what is warm is for the first
        ended = _Ended()
        try:
            job(theirs.send)
        except (KitError, BackendError) as error:
            ended = _Ended((error.message, error.remedy))
        theirs.send(ended)
    except KeyboardInterrupt:
        pass  # the process above says it
    finally:
        os._exit(0)


def _pass_on(fork: _Fork, told: Tell) -> None:
    while True:
        try:
            news = fork.channel.recv()
        except (EOFError, OSError):
            raise KitError(
                Message(N_("A part of this run ended without a word; what it would have graded is missing.")),
                Message(N_("Run the command again, or grade the exercises one by one.")),
            ) from None
        if not isinstance(news, _Ended):
            told(news)
        elif news.stopped_by is not None:
            raise KitError(*news.stopped_by)
        else:
            return


def _end(fork: _Fork) -> None:
    """Wait for a job that has ended; end one that hasn't as Ctrl-C would, so that it leaves nothing behind."""
    fork.channel.close()
    with contextlib.suppress(ChildProcessError, ProcessLookupError):
        if _runs_after(fork.pid, OWN_END_S):  # Ctrl-C in a terminal has reached it too
            os.kill(fork.pid, signal.SIGINT)
            if _runs_after(fork.pid, END_LIMIT_S):
                os.kill(fork.pid, signal.SIGKILL)
                os.waitpid(fork.pid, 0)


def _runs_after(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            return True
        time.sleep(_LOOK_S)
    return False
