"""Runs the workers: pytest with pytest-xdist, an item for each submission, and what is done when a worker dies."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.classroom.outcome import Outcome
from grader.classroom.stored import read_outcome, write_outcome
from grader.classroom.work import FILE, Conditions, Task, write_work
from grader.curriculum import Exercise
from grader.storage import remove, write_text
from infra.messages import N_, Message

ATTEMPTS = 2
"""How often a submission whose worker died is begun."""
MEMORY_MB: Mapping[str, int] = {"lite": 500, "server": 1500, "container": 2500}
"""What a server of one's own takes, beside the learner's process and the worker."""
WORKER_MB = 400
_UNUSED = ("terminal", "cacheprovider", "junitxml", "unraisableexception", "threadexception", "faulthandler", "logging")


def lanes_for(exercises: Sequence[Exercise], backends: frozenset[str], submissions: int) -> int:
    """Return how many submissions this machine can grade at once: by its processors and its free memory.

    Half of what takes long in a submission is waiting; so where nothing is timed there are two for each processor.
    """
    if "external" in backends:  # one server for all, which can't be replaced
        return 1
    each = WORKER_MB + max(e.memory_mb for e in exercises) + sum(MEMORY_MB[backend] for backend in backends)
    room = int(psutil.virtual_memory().available >> 20) // each
    timed = any("latency" in exercise.grades for exercise in exercises)
    return max(1, min((os.cpu_count() or 1) * (1 if timed else 2), room, submissions))


def run_lanes(
    conditions: Conditions, tasks: Sequence[Task], lanes: int, folder: Path, ended: Callable[[Outcome], None]
) -> None:
    """Grade submissions; each has an outcome on the disk afterwards.

    Args:
        conditions: what is the same for all.
        tasks: the submissions.
        lanes: how many are graded at once.
        folder: where the workers find what they are to do.
        ended: is told each outcome.

    Raises:
        KeyboardInterrupt: whoever runs this wants it to end; what has ended until then is kept.
    """
    for task in tasks:
        _begin(task)
    left, failure = list(tasks), ""
    for _ in range(ATTEMPTS):
        if left:
            failure = _run_pytest(conditions, left, lanes, folder, ended)
            left = [task for task in left if _outcome(task) is None]
    trouble = Message(
        N_("The process that graded it ended {times} times before it came to a result."), {"times": ATTEMPTS}
    )
    if failure:
        trouble = Message(N_("The processes that grade couldn't work: {detail}"), {"detail": failure})
    for task in left:
        lost = replace(task.draft, status="not_graded", trouble=trouble)
        write_outcome(task.outcome, lost)
        ended(lost)


def _begin(task: Task) -> None:
    """Take away what is known of a task, from an earlier key or a machine that failed; keep what still holds of it."""
    if task.draft.results is None:
        remove(task.outcome)
    else:
        write_outcome(task.outcome, replace(task.draft, key="", trouble=Message(N_("It wasn't graded to the end."))))


def _outcome(task: Task) -> Outcome | None:
    """Return what came of a task in this run."""
    outcome = read_outcome(task.outcome)
    return outcome if outcome is not None and outcome.key == task.draft.key else None


def _run_pytest(
    conditions: Conditions, tasks: Sequence[Task], lanes: int, folder: Path, ended: Callable[[Outcome], None]
) -> str:
    """Have workers grade some submissions, and return what stopped pytest itself; empty where nothing did."""
    write_work(folder / FILE, conditions, tasks)
    write_text(folder / "pytest.ini", "[pytest]\n")
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    arguments = [
        str(folder / FILE),
        f"--rootdir={folder}",
        f"--config-file={folder / 'pytest.ini'}",
        "--noconftest",
        "--disable-plugin-autoload",
        *("-p", "xdist", "-p", "grader.classroom.lane"),
        *(part for name in _UNUSED for part in ("-p", f"no:{name}")),
        f"--numprocesses={min(lanes, len(tasks))}",
        "--dist=worksteal",
        f"--max-worker-restart={len(tasks)}",
    ]
    watcher = _Watcher({task.name: task for task in tasks}, ended)
    pytest.main(arguments, plugins=[watcher])
    if watcher.interrupted:
        raise KeyboardInterrupt
    return watcher.failure


class _Watcher:
    """The plugin of the process that has the workers: tells what has ended, and ends them on Ctrl-C."""

    def __init__(self, tasks: dict[str, Task], ended: Callable[[Outcome], None]) -> None:
        self._tasks = tasks
        self._ended = ended
        self._workers: dict[Any, int] = {}
        self.interrupted = False
        self.failure = ""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:
        """Note a worker's process."""
        self._workers[node] = node.gateway._rinfo().pid  # which pytest-xdist has asked already

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Forget the process of a worker that ended."""
        self._workers.pop(node, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell what came of a submission."""
        task = self._tasks.get(report.nodeid.rpartition("::")[2])
        outcome = _outcome(task) if task is not None and report.when == "call" else None
        if outcome is not None:
            self._ended(outcome)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what stopped pytest itself, which would print a traceback."""
        self.failure = f"{excinfo.typename}: {excinfo.value}"[:300]
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """End the workers at once: what they have begun is begun again by the next start."""
        self.interrupted = excinfo.type is KeyboardInterrupt
        for pid in self._workers.values():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
