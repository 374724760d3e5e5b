"""The loop behind `nox -s watch`: grade at once, then on every save, and always the newest one.

One thread, and nothing that a fork couldn't survive: it looks for saves, listens to the run that goes on, and reads
what somebody types. A run says what it read when it begins to check; a save before that is part of it, and a save after
it makes the run stale: it is ended, and another one begins.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections import deque
from datetime import datetime
from typing import Literal, Protocol

from grader import hints, progress
from grader.curriculum import ROOT, Exercise
from grader.saves import Saves, fingerprint
from grader.terminal import Screen
from infra.messages import N_, Message

READ, WRITING = "read ", "writing"
"""What a run tells: the fingerprint of what it has read, and that only its reports are left to write."""

Key = Literal["hint", "next", "quit"]
KEYS: dict[str, Key] = {"h": "hint", "n": "next", "q": "quit"}


class Run(Protocol):
    """A grading run of one exercise in another process."""

    @property
    def news(self) -> int | None:
        """A descriptor that can be read when there is something to hear; None where there is no such thing."""

    def heard(self) -> list[str]:
        """Return what the run has told since the last call."""

    def ended(self) -> int | None:
        """Return the exit code, or None while the run goes on."""

    def kill(self) -> None:
        """End the run at once."""


class Starter(Protocol):
    """Starts runs."""

    def start(self, exercise: Exercise) -> Run:
        """Begin to grade an exercise."""

    def rest(self) -> None:
        """Get ready for the next run; nobody waits."""


class Watch:
    """Grades some exercises, one at a time, as they are saved."""

    def __init__(self, exercises: tuple[Exercise, ...], starter: Starter, screen: Screen) -> None:
        self._exercises = exercises
        self._starter = starter
        self._screen = screen
        self._saves = Saves(exercises)
        self._queue: deque[Exercise] = deque()
        self._current = progress.next_open(None, exercises) or exercises[0]
        self._run: Run | None = None
        self._read: dict[Exercise, str] = {}
        self._writing = False
        self._interrupted = False

    def loop(self) -> None:
        """Grade and watch until somebody types q or presses Ctrl-C."""
        self._queue.append(self._current)
        # Ctrl-C is noted and not raised: raised between a fork and the line that keeps its pid, it would lose the run.
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            while not self._interrupted:
                saved = self._saves.look()
                self._hear()  # after the look: what the run read before a save was told before that save was seen
                for exercise in saved:
                    self._saved(exercise)
                if self._run is None and self._queue:
                    self._begin(self._queue.popleft())
                if self._obey(self._typed_or_waited()):
                    return
        finally:
            self._end()
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        self._interrupted = True

    def _begin(self, exercise: Exercise) -> None:
        self._current, self._writing = exercise, False
        self._read.pop(exercise, None)
        self._screen.line()
        clock = datetime.now().strftime("%H:%M:%S")  # local: for somebody who looks at the clock
        title = Message(exercise.title)
        self._screen.line(
            N_("{clock} · Checking {id} {title} …"), style="bold", clock=clock, id=exercise.id, title=title
        )
        self._run = self._starter.start(exercise)
        if self._run.news is None:  # it can't tell what it reads, so it counts as reading now
            self._read[exercise] = fingerprint(exercise)

    def _hear(self) -> None:
        """Take what the run tells, and say what comes next when it has ended."""
        if self._run is None:
            return
        code = self._run.ended()
        for line in self._run.heard():
            if line.startswith(READ):
                self._read[self._current] = line.removeprefix(READ)
            self._writing = line == WRITING
        if code is None:
            return
        self._run = None
        if not self._queue:
            self._say_what_next(code)
            self._starter.rest()

    def _saved(self, exercise: Exercise) -> None:
        read = self._read.get(exercise)
        if self._run is not None and exercise == self._current:
            if read is None or read == fingerprint(exercise):
                return  # the run that goes on has read it, or will
            if not self._writing:
                self._end()
                self._queue.appendleft(exercise)
                return
        if read != fingerprint(exercise) and exercise not in self._queue:
            self._queue.append(exercise)

    def _end(self) -> None:
        """End the run that goes on, if there is one, and leave the terminal as it should be."""
        if self._run is not None:
            self._run.kill()
            self._run = None
            self._screen.restore()

    def _say_what_next(self, code: int) -> None:
        exercise, keys = self._current, _has_keys()
        if code == 1:
            self._screen.line(
                N_("  Save your file and it is checked again. A hint: {hint}"), hint=_hint(exercise, keys)
            )
        elif code != 0:
            self._screen.line(N_("  It couldn't be graded. It is tried again when you save."))
        if code != 0:
            return
        self._screen.line(N_("  ✓ {id} passes."), style="bold green", id=exercise.id)
        self._screen.line(N_("  The reference, and how yours differs: nox -s reveal -- {id}"), id=exercise.id)
        upcoming = progress.next_open(exercise, self._exercises)
        if upcoming is None:
            self._screen.line(N_("  Every exercise that is watched has passed. Ctrl-C ends watching."))
            return
        path = upcoming.file("exercises").relative_to(ROOT).as_posix()
        fields = {"id": upcoming.id, "title": Message(upcoming.title), "path": path}
        sentence = N_("  Next: {id} {title}. Open {path}; it is checked when you save it.")
        self._screen.line(Message(sentence, fields))
        if keys:
            self._screen.line(N_("  n and Enter checks it now."), style="dim")

    def _typed_or_waited(self) -> Key | None:
        """Wait for the next look, for news of the run, or for a key; return the key."""
        if os.name == "nt":  # whose select() knows sockets only
            time.sleep(self._saves.interval_s)
            return None
        listening = [] if self._run is None or self._run.news is None else [self._run.news]
        typing = [sys.stdin.fileno()] if _has_keys() else []
        ready, _, _ = select.select([*listening, *typing], [], [], self._saves.interval_s)
        if not typing or typing[0] not in ready:
            return None
        line = os.read(typing[0], 1024).decode(errors="replace")
        return KEYS.get(line.strip().lower()[:1]) if line else "quit"  # Ctrl-D

    def _obey(self, key: Key | None) -> bool:
        """Do what a key asks for; return whether that is to stop."""
        match key:
            case "hint":
                self._screen.hints(self._current, hints.tell(self._current))
            case "next":
                upcoming = progress.next_open(self._current, self._exercises)
                if self._run is None and upcoming is not None:
                    self._queue.append(upcoming)
        return key == "quit"


def _hint(exercise: Exercise, keys: bool) -> Message:
    return Message(N_("h and Enter")) if keys else Message(N_("nox -s hint -- {id}"), {"id": exercise.id})


def _has_keys() -> bool:
    """Say whether somebody may type here: a terminal on which this is what runs in the foreground."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.name != "nt" and sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False
