"""Every exercise keeps its promises on every backend that this machine can run: what `nox -s authoring` prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import authoring
from grader.curriculum import Exercise, exercises
from grader.known_bad import KnownBad, known_bads
from grader.places import Places
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.session import Run, grade
from infra.backends import availability

BACKENDS = [row.backend for row in availability() if row.ok and row.backend in ("lite", "server")]
EXERCISES = exercises()
SUBMISSIONS = [(e, path) for e in EXERCISES for path in (e.file("solutions"), *authoring.alternatives(e))]
TRIES = 3
"""How often a known-bad is graded where noise leaves it undecided: other tests keep this machine busy."""
PLACED_BADS = [
    (shown[0], bad) for e in EXERCISES for bad in known_bads(e) if (shown := [b for b in BACKENDS if bad.shows_on(b)])
]
"""Each where it shows first, lite before server; `nox -s authoring -- --backend server` grades all of them there."""


@pytest.fixture(scope="module", params=BACKENDS)
def places(request: pytest.FixtureRequest, state_dir: Path) -> Iterator[Places]:
    assert state_dir.is_dir()
    opened = Places(request.param, lambda _: None)
    yield opened
    opened.close()


def run(exercise: Exercise, source: Source, launcher: Launcher, places: Places, only: str | None = None) -> Run:
    names = None if only is None else frozenset([only])
    return grade((exercise,), {exercise.id: source}, launcher, places, only=names)


def assert_nothing_graded(run: Run) -> None:
    """Make sure that a backend which lacks what an exercise needs gives and takes no point."""
    assert {(verdict.status, verdict.outcome.kind) for verdict in run.verdicts} == {("not_graded", "lacking")}
    assert run.exit_code(strict=False) == 2


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_what_can_be_seen_without_milvus(exercise: Exercise) -> None:
    assert [f for f in authoring.looked_at(exercise) if f.problem] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_stub_fails_as_not_implemented(exercise: Exercise, launcher: Launcher, places: Places) -> None:
    stub = run(exercise, Source("stub", exercise.file("exercises"), exercise.drives), launcher, places)
    if not places.have(exercise.needs):
        assert_nothing_graded(stub)
        return
    assert stub.exit_code(strict=False) == 1
    first = next(v for v in stub.verdicts if v.status != "not_graded")
    assert first.outcome.reason is not None
    assert first.outcome.reason.id == "not_implemented"
    assert not [v for v in stub.verdicts if v.status == "pass"]


@pytest.mark.parametrize(
    ("exercise", "path"), SUBMISSIONS, ids=[f"{e.id}-{path.parents[1].name}" for e, path in SUBMISSIONS]
)
def test_correct_submissions_pass(exercise: Exercise, path: Path, launcher: Launcher, places: Places) -> None:
    passed = run(exercise, Source("correct", path, exercise.drives), launcher, places)
    if not places.have(exercise.needs):
        assert_nothing_graded(passed)
        return
    assert authoring.not_passed(passed.verdicts) is None
    assert passed.exit_code(strict=False) == 0


@pytest.mark.parametrize(
    ("places", "bad"), PLACED_BADS, indirect=["places"], ids=lambda value: getattr(value, "path", Path(str(value))).stem
)
def test_known_bad_is_rejected_by_its_check_for_its_reason(bad: KnownBad, launcher: Launcher, places: Places) -> None:
    with authoring.overlaid(bad) as path:
        for _ in range(TRIES):
            rejected = run(bad.exercise, Source(path.stem, path, bad.exercise.drives), launcher, places, bad.check)
            if not any(verdict.outcome.kind == "undecided" for verdict in rejected.verdicts):
                break
    assert authoring.not_rejected(bad, rejected.verdicts) is None
