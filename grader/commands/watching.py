"""Watching: an exercise is graded whenever it is saved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from grader import progress, results
from grader.commands.grading import elsewhere
from grader.commands.opening import Backend, Ids, app, named, open_launcher, open_places
from grader.curriculum import ROOT, Exercise, find
from grader.resident import Fork, Resident
from grader.runner.launch import can_fork
from grader.saves import fingerprint
from grader.session import grade, sources
from grader.terminal import Screen
from grader.watch import READ, WRITING, Run, Starter, Watch
from infra.backends import choose
from infra.messages import N_


@app.command()
def watch(ids: Ids = None, backend: Backend = None) -> None:
    """Grade an exercise at once, and again on every save; without ids, whichever exercise is saved."""
    screen = Screen()
    exercises = named(ids)
    choose(backend, None)  # a name that is wrong is said now, and once
    try:
        screen.line(N_("Milvus Dojo watches your files: save, and the verdict comes. Ctrl-C ends it."))
        Watch(exercises, _starter(backend), screen).loop()
    except KeyboardInterrupt:
        pass
    screen.line()
    screen.line(N_("No longer watching. Milvus stays for the next run; nox -s down stops it."))


@app.command(hidden=True)
def regrade(
    exercise_id: str,
    backend: Backend = None,
    tell: Annotated[int | None, typer.Option(help="a descriptor that hears how far it is")] = None,
) -> None:
    """Grade one exercise for `watch`: the first check that fails in full, and the points."""
    screen = Screen()
    exercise = find(exercise_id)
    results.withdraw()
    with (
        screen.waiting(),
        open_launcher() as launcher,
        open_places(backend, screen.announce, exercise.needs) as places,
    ):
        _tell(tell, READ + fingerprint(exercise))
        run = grade((exercise,), sources((exercise,), "exercises"), launcher, places, listener=screen.first_failure())
    _tell(tell, WRITING)
    results.write(run, strict=False)
    progress.record(run)
    screen.points(run, elsewhere(run, int(exercise.id.partition(".")[0])))
    raise typer.Exit(run.exit_code(strict=False))


def _tell(descriptor: int | None, line: str) -> None:
    if descriptor is not None:
        os.write(descriptor, line.encode() + b"\n")


def _starter(backend: str | None) -> Starter:
    options = [] if backend is None else ["--backend", backend]
    if can_fork():
        return _Forking(Resident(warm=2), options)
    return _Spawning(options)


@dataclass(frozen=True)
class _Forking:
    """Starts runs as forks of this process, in which everything is imported."""

    resident: Resident
    options: list[str]

    def start(self, exercise: Exercise) -> Fork:
        """Fork a run."""
        return self.resident.start(lambda tell: self._regrade(exercise, tell))

    def rest(self) -> None:
        """Warm up."""
        self.resident.rest()

    def _regrade(self, exercise: Exercise, tell: int) -> int:
        from grader import cli

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that watches, which ends this one
        sys.argv = ["grader", "regrade", exercise.id, *self.options, "--tell", str(tell)]
        return cli.main()


@dataclass(frozen=True)
class _Spawning:
    """Starts runs as programs, where there is no fork."""

    options: list[str]

    def start(self, exercise: Exercise) -> Run:
        """Start an interpreter, which imports everything first."""
        command = [sys.executable, "-m", "grader", "regrade", exercise.id, *self.options]
        own_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Ctrl-C, as above
        return _Spawned(
            subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=hasattr(os, "setsid"),
                creationflags=own_group,
            )
        )

    def rest(self) -> None:
        """Nothing can be prepared."""


@dataclass(frozen=True)
class _Spawned:
    """A run in an interpreter of its own."""

    process: subprocess.Popen[bytes]
    news: None = None

    def heard(self) -> list[str]:
        """Return nothing: it doesn't tell."""
        return []

    def ended(self) -> int | None:
        """Return the exit code, or None while the run goes on."""
        return self.process.poll()

    def kill(self) -> None:
        """End the run at once; learner code ends when nobody holds its channel."""
        self.process.kill()
        self.process.wait()
