"""A worker of pytest-xdist: grades one submission after another, on a Milvus and with a launcher of its own.

pytest loads this module as a plugin. It collects an item for each submission of `work.dojo.json`; pytest-xdist deals
them out, replaces a worker that dies, and ends. What came of a submission is on the disk before its item is.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader import results
from grader.check import because
from grader.classroom.isolation import launcher_for
from grader.classroom.outcome import Outcome
from grader.classroom.regrading import composed, graded_ids
from grader.classroom.stored import write_outcome
from grader.classroom.work import FILE, Conditions, Task, read_work
from grader.curriculum import Exercise, find
from grader.errors import KitError
from grader.places import Places
from grader.plan import Crowd
from grader.runner.launch import Launcher
from grader.runner.orphans import end_on_death_of_parent
from grader.runner.source import Source
from grader.session import Run, grade, joined
from grader.verdict import Verdict
from infra.backends import BackendError
from infra.messages import N_, Message

LEAST_BUDGET_S = 300.0
BUDGET_IN_CALLS = 10
"""What all checks of an exercise may take, in calls that take all the time that one may."""
BUDGETS = 4
"""After so many budgets a worker is ended, whatever keeps it: nothing of the kit's own took as long."""


class Lane:
    """The servers and the launcher of one worker, opened when they are first needed."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._exercises = [find(id_) for id_ in conditions.exercises]
        self._launcher: Launcher | None = launcher_for(conditions.isolation)  # it imports while a server starts
        self._places: dict[str, Places] = {}

    def grade(self, task: Task) -> Outcome:
        """Grade what isn't graded of a submission, and leave the servers as they were before it."""
        try:
            kept = graded_ids(task.draft.results)
            runs = [self._graded(task, exercise) for exercise in self._exercises if exercise.id not in kept]
        except (KitError, BackendError) as error:
            return replace(task.draft, status="not_graded", trouble=error.message)
        except Exception as error:  # noqa: BLE001 - what one submission brings about is no other's trouble
            detail = {"type": type(error).__name__, "detail": str(error)[:300]}
            return replace(
                task.draft, status="not_graded", trouble=Message(N_("The kit failed: {type}: {detail}"), detail)
            )
        finally:
            self._clean()
        graded = results.document(joined(runs), strict=True)
        ids = [exercise.id for exercise in self._exercises]
        return replace(task.draft, status="graded", results=composed(ids, task.draft.results, graded))

    @property
    def limit_s(self) -> float:
        """Seconds after which a submission can't be on its way any more."""
        return BUDGETS * sum(_budget_s(exercise) for exercise in self._exercises)

    def close(self) -> None:
        """End what was opened."""
        for places in self._places.values():
            with contextlib.suppress(Exception):
                places.close()
        self._places.clear()
        if self._launcher is not None:
            self._launcher.close()
            self._launcher = None

    def _graded(self, task: Task, exercise: Exercise) -> Run:
        code = task.code / exercise.stage / f"{exercise.stem}.py"
        source = Source(task.draft.learner.folder, code, exercise.drives, owns_folder=True)
        if self._launcher is None:
            self._launcher = launcher_for(self._conditions.isolation)
        run = grade(
            (exercise,),
            {exercise.id: source},
            self._launcher,
            self._place(self._conditions.backends[exercise.id]),
            seed=task.draft.seed,
            crowd=Crowd(_budget_s(exercise), others=self._conditions.crowded),
        )
        return replace(run, verdicts=tuple(_told(verdict) for verdict in run.verdicts))

    def _place(self, backend: str) -> Places:
        if backend not in self._places:
            self._places[backend] = Places(backend, lambda _: None, alone=True)
        return self._places[backend]

    def _clean(self) -> None:
        """Let nothing of one submission meet the next: what can't be cleaned is opened anew."""
        for backend, places in list(self._places.items()):
            try:
                places.clean()
            except Exception:  # noqa: BLE001 - whatever it is, a fresh server doesn't have it
                del self._places[backend]
                with contextlib.suppress(Exception):
                    places.close()


def _budget_s(exercise: Exercise) -> float:
    return max(LEAST_BUDGET_S, BUDGET_IN_CALLS * exercise.call_s)


def _told(verdict: Verdict) -> Verdict:
    """Say of a missing file what it means in a class."""
    reason = verdict.outcome.reason
    if reason is None or reason.id != "no_file":
        return verdict
    missing = because("not_handed_in", "{file} was not handed in.", file=reason.fields["file"])
    return replace(verdict, outcome=replace(verdict.outcome, reason=missing))


# The plugin of pytest.

LANE = pytest.StashKey[Lane]()


def pytest_configure(config: pytest.Config) -> None:
    """Let a worker end with the process that started it, and not by what learner code sends it."""
    if not hasattr(config, "workerinput"):
        return
    end_on_death_of_parent()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    # A handler and not SIG_IGN, which learner code would inherit. Who wants the run to end asks the process above.
    signal.signal(signal.SIGINT, lambda *_: None)


def _end_with(parent: int) -> None:
    """End this process when the one that started it has gone, where the system doesn't do that."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the file that says what is to be graded."""
    return WorkFile.from_parent(parent, path=file_path) if file_path.name == FILE else None


class WorkFile(pytest.File):
    """The submissions of one run."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each submission."""
        conditions, tasks = read_work(self.path)
        self.config.stash[LANE] = Lane(conditions)
        for task in tasks:
            yield SubmissionItem.of(self, task)


class SubmissionItem(pytest.Item):
    """One submission."""

    task: Task

    @classmethod
    def of(cls, parent: WorkFile, task: Task) -> SubmissionItem:
        """Return the item of a submission."""
        item = cls.from_parent(parent, name=task.name)
        item.task = task
        return item

    def runtest(self) -> None:
        """Grade it, and keep what came of it."""
        lane = self.config.stash[LANE]
        with _ended_after(lane.limit_s):
            write_outcome(self.task.outcome, lane.grade(self.task))


@contextlib.contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """End this process when a submission keeps it for too long, even where no Python runs any more."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what the worker has opened."""
    if LANE in session.config.stash:
        session.config.stash[LANE].close()
