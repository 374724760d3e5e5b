"""One grading run: a backend, a launcher, pytest over the checks, and what came of it."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from fixtures.models import missing_package
from grader import references
from grader.check import Check
from grader.curriculum import ROOT, Exercise
from grader.errors import ChecksChanged, ModelsMissing
from grader.opinions import GreenRecord
from grader.places import Places
from grader.plan import Crowd, Plan
from grader.plugin import Grading
from grader.runner.guard import Limits
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.verdict import Opinions, Verdict
from infra.messages import N_, Message


@dataclass(frozen=True)
class Run:
    """What a grading run found.

    Attributes:
        exercises: what was graded, in order.
        verdicts: one for each check, in the order in which they ran.
        backend: which of the backends graded.
        version: what its server calls itself.
        label: whose code it was: `exercises`, `solutions`, or the name of a submission.
        began: when, in UTC.
        seconds: how long it took.
        seed: what makes the same data again, with `DOJO_SEED`.
        python: version of the interpreter.
        elsewhere: backend and version by exercise id, where exercises were graded on different ones.
    """

    exercises: tuple[Exercise, ...]
    verdicts: tuple[Verdict, ...]
    backend: str
    version: str
    label: str
    began: datetime
    seconds: float
    seed: int
    python: str = field(default_factory=platform.python_version)
    elsewhere: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def graded_on(self, exercise: Exercise) -> tuple[str, str]:
        """Return the backend of one exercise and what its server calls itself."""
        return self.elsewhere.get(exercise.id, (self.backend, self.version))

    def of(self, exercise: Exercise) -> tuple[Verdict, ...]:
        """Return the verdicts of one exercise."""
        return tuple(verdict for verdict in self.verdicts if verdict.check.exercise == exercise.id)

    def exit_code(self, strict: bool) -> int:
        """Return 0 where nothing failed and something passed, 1 for a failure, 2 where it couldn't be graded.

        What isn't graded since this backend can't show it leaves 0; since Milvus or the kit broke, it doesn't.

        Args:
            strict: whether anything that wasn't graded counts as 2.
        """
        statuses = [verdict.status for verdict in self.verdicts]
        broken = any(v.status == "not_graded" and v.outcome.kind == "broken" for v in self.verdicts)
        return exit_code(statuses, lacking=broken or (strict and "not_graded" in statuses))


def exit_code(statuses: Collection[str], lacking: bool) -> int:
    """Return the exit code for some checks.

    Args:
        statuses: of each check.
        lacking: whether something wasn't graded that should have been.
    """
    if "fail" in statuses:
        return 1
    return 2 if "pass" not in statuses or lacking else 0


def joined(runs: Sequence[Run]) -> Run:
    """Return several runs as one: their exercises in order, and the time from first to last."""
    ends = max(run.began.timestamp() + run.seconds for run in runs)
    began = min(run.began for run in runs)
    return replace(
        runs[0],
        exercises=tuple(exercise for run in runs for exercise in run.exercises),
        verdicts=tuple(verdict for run in runs for verdict in run.verdicts),
        label=", ".join(sorted({run.label for run in runs})),
        began=began,
        seconds=ends - began.timestamp(),
        elsewhere={e.id: run.graded_on(e) for run in runs for e in run.exercises},
    )


@dataclass(frozen=True)
class Listener:
    """Whom a grading run tells what happens while it happens."""

    begin: Callable[[Check], None] = lambda _: None
    end: Callable[[Verdict], None] = lambda _: None


def sources(exercises: tuple[Exercise, ...], tree: str) -> dict[str, Source]:
    """Return the submission of each exercise in a tree of the repository."""
    return {e.id: Source(tree, e.file(tree), e.drives) for e in exercises}


def grade(
    exercises: tuple[Exercise, ...],
    code: dict[str, Source],
    launcher: Launcher,
    places: Places,
    *,
    only: frozenset[str] | None = None,
    opinions: Opinions | None = None,
    listener: Listener = Listener(),
    seed: int | None = None,
    crowd: Crowd | None = None,
) -> Run:
    """Run the checks of some exercises against some code.

    Args:
        exercises: which exercises.
        code: the submission of each exercise id.
        launcher: starts the learner's processes.
        places: the servers.
        only: names of the checks to run (with what they depend on); None for all.
        opinions: the green record; by default the one of this clone.
        listener: told of each check as it begins and ends.
        seed: the source of every check's data; by default a new one.
        crowd: how it shares the machine with other submissions, where it does.

    Raises:
        ChecksChanged: a check module can't be imported or its points don't sum up to what the curriculum says.
        ModelsMissing: the models of an exercise aren't installed.
    """
    for exercise in exercises:
        if package := missing_package(exercise.models):
            raise ModelsMissing(
                Message(N_("{exercise} needs the package {package}."), {"exercise": exercise.id, "package": package}),
                Message(N_("nox -s stage{stage} installs it, once."), {"stage": exercise.id.split(".")[0]}),
            )
    plan = Plan(
        sources=code,
        references=sources(exercises, "solutions") if references.are_here() else {},
        limits={e.id: Limits(e.call_s, e.memory_mb, e.models) for e in exercises},
        needs={e.id: e.needs for e in exercises},
        only=only,
        seed=new_seed() if seed is None else seed,
        crowd=crowd,
    )
    record = opinions or GreenRecord(places.backend, places.version, exercises)
    grading = Grading(plan, launcher, places, record, listener.begin, listener.end)
    began, clock = datetime.now(UTC), time.monotonic()
    _run_pytest(exercises, grading)
    labels = {source.label for source in code.values()}
    return Run(
        exercises,
        tuple(grading.verdicts),
        places.backend,
        places.version,
        ", ".join(sorted(labels)),
        began,
        time.monotonic() - clock,
        plan.seed,
    )


def new_seed() -> int:
    """Return the seed of `DOJO_SEED`, else one that nobody can know before."""
    given = os.environ.get("DOJO_SEED", "")
    return int(given) if given.isdigit() else secrets.randbelow(2**31)


_UNUSED = ("terminal", "cacheprovider", "junitxml", "unraisableexception", "threadexception", "faulthandler", "logging")
"""Plugins of pytest that a grading run has no use for; unraisableexception alone collects garbage for 0.2 s."""


_OTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
"""Variables that are meant for another run of pytest, as are those of a worker of pytest-xdist."""


def _run_pytest(exercises: tuple[Exercise, ...], grading: Grading) -> None:
    """Run pytest in this process, silent: what there is to say comes from the verdicts."""
    for name in [name for name in os.environ if name in _OTHERS or name.startswith("PYTEST_XDIST_")]:
        del os.environ[name]
    arguments = [
        *(str(exercise.checks) for exercise in exercises),
        f"--rootdir={ROOT}",
        f"--confcutdir={ROOT / 'checks'}",
        "--config-file=" + str(ROOT / "checks" / "pytest.ini"),
        "--disable-plugin-autoload",  # what else is installed has no say, and costs time
        *(part for name in _UNUSED for part in ("-p", f"no:{name}")),
    ]
    with contextlib.closing(grading):
        ended = pytest.main(arguments, plugins=[grading])
    if ended == pytest.ExitCode.INTERRUPTED and not grading.errors:  # a module that can't be imported ends so too
        raise KeyboardInterrupt
    for exercise in exercises:
        found = [check for check in grading.collected if check.exercise == exercise.id]
        points = sum(check.points for check in found)
        if grading.errors or points != exercise.points:
            raise _changed(exercise, points, grading.errors)
    expected = [check for check in grading.collected if grading.wants(check)]
    if len(grading.verdicts) != len(expected):
        raise _changed(exercises[0], 0, ["not every check came to a verdict"])


def _changed(exercise: Exercise, points: float, details: list[str]) -> ChecksChanged:
    shown = exercise.checks.relative_to(ROOT)
    detail = details[0].strip().splitlines()[-1:] if details else []
    return ChecksChanged(
        Message(
            N_("The checks of {id} ({path}) have changed: {points:g} points instead of {expected:g}. {detail}"),
            {
                "id": exercise.id,
                "path": shown,
                "points": points,
                "expected": exercise.points,
                "detail": " ".join(detail)[:200],
            },
        ),
        Message(N_("Bring them back with: git checkout -- {path}"), {"path": shown}),
    )
