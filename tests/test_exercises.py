"""Every exercise keeps its promises on every backend that this machine can run: what `nox -s authoring` prints."""

from __future__ import annotations

import contextlib
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
from infra.backends import availability, stop_all
from tests.conftest import Room

BACKENDS = [row.backend for row in availability() if row.ok and row.backend in ("lite", "server")]
EXERCISES = exercises()
TRIES = 3
"""How often a known-bad is graded where noise leaves it undecided; after the first time it is alone."""


def submissions() -> Iterator[object]:
    """Yield what has to pass: each solution on every backend, an alternative on the fullest that can show its exercise.

    On the first that can, test_planted.py has the solution pass, and records it.
    """
    for e in EXERCISES:
        showing = [each for each in BACKENDS if any(bad.shows_on(each) for bad in known_bads(e))]
        for path in (e.file("solutions"), *authoring.alternatives(e)):
            for backend in BACKENDS:
                is_twice = backend in showing[:1] if path == e.file("solutions") else backend not in showing[-1:]
                name = f"{backend}-{e.id}-{path.parents[1].name}"
                yield pytest.param(backend, e, path, id=name, marks=[pytest.mark.thorough] if is_twice else [])


def placed_bads() -> Iterator[object]:
    """Yield each known-bad with the backend where it shows first; of those of one check, one belongs to every run.

    `nox -s authoring -- --backend server` grades all of them there.
    """
    proven = set()
    for e in EXERCISES:
        for bad in known_bads(e):
            backend = next((each for each in BACKENDS if bad.shows_on(each)), None)
            if backend is not None:
                marks = [pytest.mark.thorough] if (e.id, bad.check) in proven else []
                proven.add((e.id, bad.check))
                yield pytest.param(backend, bad, id=f"{backend}-{bad.path.stem}", marks=marks)


class OneAtATime:
    """The places of one backend, until another one is asked for: an idle 2.3.5 server takes a third of a core."""

    def __init__(self) -> None:
        self._open: Places | None = None

    def on(self, backend: str) -> Places:
        """Return the places of a backend."""
        if self._open is None or self._open.backend != backend:
            self.close()
            self._open = Places(backend, lambda _: None)
        return self._open

    def close(self) -> None:
        """End them, and their server."""
        if self._open is not None:
            self._open.close()
            self._open = None
            stop_all()


@pytest.fixture(scope="module")
def one_at_a_time(state_dir: Path) -> Iterator[OneAtATime]:
    assert state_dir.is_dir()
    with contextlib.closing(OneAtATime()) as opened:
        yield opened


@pytest.fixture(params=BACKENDS)
def places(request: pytest.FixtureRequest, one_at_a_time: OneAtATime) -> Places:
    return one_at_a_time.on(request.param)


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


@pytest.mark.parametrize(("places", "exercise", "path"), [*submissions()], indirect=["places"])
def test_correct_submissions_pass(exercise: Exercise, path: Path, launcher: Launcher, places: Places) -> None:
    passed = run(exercise, Source("correct", path, exercise.drives), launcher, places)
    if not places.have(exercise.needs):
        assert_nothing_graded(passed)
        return
    assert authoring.not_passed(passed.verdicts) is None
    assert passed.exit_code(strict=False) == 0


@pytest.mark.parametrize(("places", "bad"), [*placed_bads()], indirect=["places"])
def test_known_bad_is_rejected_by_its_check_for_its_reason(
    bad: KnownBad, launcher: Launcher, places: Places, room: Room
) -> None:
    with authoring.overlaid(bad) as path:
        for _ in range(TRIES):
            rejected = run(bad.exercise, Source(path.stem, path, bad.exercise.drives), launcher, places, bad.check)
            if not any(verdict.outcome.kind == "undecided" for verdict in rejected.verdicts):
                break
            room.take()
    assert authoring.not_rejected(bad, rejected.verdicts) is None
