"""The parrot: a submission that repeats what the solution answered on other data, and never touches the server.

What learner code returns, and what a drive returns beside it, is the learner's word. A check that a parrot passes
rests on nothing else, so it must be marked `evidence="claim"`, or look at something that the grader saw.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from grader import authoring, plugin
from grader.check import Check
from grader.curriculum import Exercise
from grader.places import Places
from grader.runner.errors import LearnerError
from grader.runner.guard import Limits
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.runner.submission import Process, Submission
from grader.session import Listener, grade, sources
from grader.verdict import Kind, Verdict
from infra.endpoint import Endpoint

Ask = Callable[[], Any]


def believed(exercise: Exercise, launcher: Launcher, places: Places) -> dict[str, Verdict]:
    """Return the verdicts of the checks that a parrot passes though they aren't marked as a claim.

    The solution runs once with one seed. Then, with another, each check that it passed is run against a parrot, which
    in the checks that it builds on is still the solution: so those that build on each other take turns.
    """
    memory, code = Memory(), sources((exercise,), "solutions")

    def record(source: Source, launcher: Launcher, limits: Limits) -> Submission:
        if source.held:  # the reference in a race, or one that is asked for a second opinion
            return Submission(source, launcher, limits)
        return Recorded(memory, source, launcher, limits)

    with _seed(1), _instead(record):
        recorded = grade((exercise,), code, launcher, places, listener=memory.listener(), opinions=Green())
    assert authoring.not_passed(recorded.verdicts) is None, (
        "the solution doesn't pass, so a parrot has nothing to repeat"
    )
    checks = [v.check for v in recorded.verdicts if v.status == "pass" and v.check.evidence == "seen"]
    assert checks
    verdicts = [v for names in _layers(checks) for v in _repeated(names, memory, exercise, launcher, places)]
    return {verdict.check.name: verdict for verdict in verdicts if verdict.status != "fail"}


def _layers(checks: Sequence[Check]) -> Iterator[frozenset[str]]:
    """Yield the checks that no other builds on, then those on which only these build, and so on."""
    left = {check.name: check for check in checks}
    while left:
        built_on = {name for check in left.values() for name in check.after}
        layer = frozenset(left) - built_on
        yield layer
        left = {name: check for name, check in left.items() if name not in layer}


def _repeated(
    names: frozenset[str], memory: Memory, exercise: Exercise, launcher: Launcher, places: Places
) -> list[Verdict]:
    """Run some checks against a parrot, on other data."""

    def repeat(source: Source, launcher: Launcher, limits: Limits) -> Submission:
        if memory.check in names and not source.held:
            return Parrot(memory, source, launcher, limits)
        return Honest(source, launcher, limits)

    code = sources((exercise,), "solutions")
    with _seed(2), _instead(repeat):
        run = grade((exercise,), code, launcher, places, only=names, opinions=Green(), listener=memory.listener())
    verdicts = [verdict for verdict in run.verdicts if verdict.check.name in names]
    blocked = {verdict.check.name: verdict.blocked_by for verdict in verdicts if verdict.blocked_by}
    assert not blocked, f"not reached, since they build on others: {blocked}"
    return verdicts


class Green:
    """A record that says of every check that the reference passes: failures are failures at once."""

    def get(self, check: Check) -> Kind | None:
        """Return that it passed."""
        assert check
        return "passed"

    def record(self, check: Check, kind: Kind) -> None:
        """Keep nothing."""


class Memory:
    """What the solution answered: by check, way of asking and function, in order."""

    def __init__(self) -> None:
        self.check = ""
        self._answers: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
        self._place: dict[tuple[str, str, str], int] = defaultdict(int)

    def listener(self) -> Listener:
        """Return what tells this memory which check runs."""

        def begin(check: Check) -> None:
            self.check = check.name
            self._place.clear()

        return Listener(begin=begin)

    def keep(self, way: str, function: str, ask: Ask) -> Any:
        """Ask, and remember the answer, be it an error."""
        try:
            answer = ask()
        except LearnerError as error:
            answer = error
        self._answers[self.check, way, function].append(answer)
        return _returned(answer)

    def repeat(self, way: str, function: str) -> Any:
        """Return the next answer, and the last one again and again."""
        key = self.check, way, function
        answers = self._answers[key]
        if not answers:
            raise LearnerError("no_function", message=function, function=function)
        self._place[key] += 1
        return _returned(answers[min(self._place[key], len(answers)) - 1])


def _returned(answer: Any) -> Any:
    if isinstance(answer, LearnerError):
        raise answer
    return answer


class Recorded(Submission):
    """The solution, whose every answer is remembered."""

    def __init__(self, memory: Memory, source: Source, launcher: Launcher, limits: Limits) -> None:
        super().__init__(source, launcher, limits)
        self._memory = memory

    def call(self, function: str, *args: object) -> Any:
        """Call, and remember."""
        return self._memory.keep("call", function, lambda: super(Recorded, self).call(function, *args))

    def map(self, function: str, argss: Iterable[Sequence[object]]) -> list[Any]:
        """Call many times, and remember."""
        answers: list[Any] = self._memory.keep("map", function, lambda: super(Recorded, self).map(function, argss))
        return answers

    def drive(self, function: str, *args: object) -> Any:
        """Drive, and remember."""
        return self._memory.keep("drive", function, lambda: super(Recorded, self).drive(function, *args))

    def start(self, function: str, *args: object) -> Process:
        """Start, and remember what the process says in the end."""
        process = super().start(function, *args)
        ask = process.wait
        process.wait = lambda timeout_s=None: self._memory.keep("wait", function, lambda: ask(timeout_s))  # type: ignore[method-assign]
        return process


class Parrot(Submission):
    """What looks like the solution and does nothing."""

    def __init__(self, memory: Memory, source: Source, launcher: Launcher, limits: Limits) -> None:
        super().__init__(source, launcher, limits)
        self._memory = memory

    def call(self, function: str, *_: object) -> Any:
        """Repeat."""
        return self._memory.repeat("call", function)

    def map(self, function: str, _: Iterable[Sequence[object]]) -> list[Any]:
        """Repeat."""
        answers: list[Any] = self._memory.repeat("map", function)
        return answers

    def drive(self, function: str, *_: object) -> Any:
        """Repeat."""
        return self._memory.repeat("drive", function)

    def start(self, function: str, *_: object) -> Process:
        """Start a process that waits for a word of the grader, and repeat in its name."""
        process = self._loaded()
        self._started.append(process)
        process.wait = lambda *_: self._memory.repeat("wait", function)  # type: ignore[method-assign]
        return process

    @property
    def files(self) -> Mapping[str, str]:
        """Have none: a file is no answer, the grader reads it itself."""
        return {}

    def warm_up(self, place: Endpoint) -> None:
        """Need no process."""


class Honest(Submission):
    """The solution itself, never warmed up: during the check before, nobody knows yet who is to answer in the next."""

    @property
    def is_running(self) -> bool:
        """Have a new one made for each check."""
        return False

    def warm_up(self, place: Endpoint) -> None:
        """Start nothing."""


@contextmanager
def _instead(make: Callable[[Source, Launcher, Limits], Submission]) -> Iterator[None]:
    """Have the plugin make other submissions."""
    with mock.patch.object(plugin, "Submission", make):
        yield


@contextmanager
def _seed(value: int) -> Iterator[None]:
    with mock.patch.dict(os.environ, DOJO_SEED=str(value)):
        yield
