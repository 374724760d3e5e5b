"""Holds each exercise to its promises: what `nox -s authoring` prints, and the tests assert.

Stub and solution have the same public names, the stub fails as "not implemented yet", the solution and every
alternative pass, every known-bad is rejected by the check that it names for the reason that it names, and every check
is named by one.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.curriculum import ROOT, Exercise
from grader.known_bad import KnownBad, known_bads
from grader.places import Places
from grader.runner.launch import Launcher
from grader.runner.source import UNWRITTEN, Source
from grader.session import Run, grade
from grader.verdict import Verdict


@dataclass(frozen=True)
class Finding:
    """One promise that was looked at: what it says, and what is wrong with it, or None."""

    promise: str
    problem: str | None = None


def alternatives(exercise: Exercise) -> tuple[Path, ...]:
    """Return the other correct submissions of an exercise."""
    folder = ROOT / "tests" / "alternatives" / exercise.stage
    return tuple(sorted(folder.glob(f"{exercise.stem}*.py")))


def looked_at(exercise: Exercise) -> Iterator[Finding]:
    """Look at everything that needs no Milvus."""
    stub, solution = (_signatures(exercise.file(tree)) for tree in ("exercises", "solutions"))
    differing = sorted(name for name in stub.keys() | solution.keys() if stub.get(name) != solution.get(name))
    yield Finding(
        "stub and solution have the same public functions",
        f"they differ in {', '.join(differing)}" if differing else None,
    )
    text = exercise.file("exercises").read_text(encoding="utf-8")
    unmarked = [name for name in stub if not _is_stub(text, name)]
    yield Finding(
        "each function of the stub has a TODO and raises NotImplementedError",
        f"not so: {', '.join(unmarked)}" if unmarked else None,
    )
    unwritten = [n for tree in ("exercises", "solutions") for n in _wrong_files(exercise, tree)]
    yield Finding(
        "each file that isn't Python is to be written in the stub and written in the solution",
        f"not so: {', '.join(unwritten)}" if unwritten else None,
    )
    yield Finding("there are hints, from vague to concrete", None if len(exercise.hints) >= 3 else "fewer than three")
    bads = known_bads(exercise)
    yield Finding("there are at least four known-bad submissions", None if len(bads) >= 4 else f"there are {len(bads)}")
    there = _checks(exercise)
    unnamed = sorted(there - {bad.check for bad in bads})
    yield Finding("every check rejects a known-bad", f"none for {', '.join(unnamed)}" if unnamed else None)


def graded(exercise: Exercise, launcher: Launcher, places: Places) -> Iterator[Finding]:
    """Grade the stub, the solution, the alternatives and every known-bad on one backend."""

    def run(path: Path, only: frozenset[str] | None = None) -> Run:
        return grade((exercise,), {exercise.id: Source(path.stem, path, exercise.drives)}, launcher, places, only=only)

    if not places.have(exercise.needs):
        yield Finding(f"{places.version} can show it", f"it lacks some of: {', '.join(sorted(exercise.needs))}")
        return
    yield Finding('the stub fails as "not implemented yet"', _not_a_stub(run(exercise.file("exercises"))))
    for path in (exercise.file("solutions"), *alternatives(exercise)):
        yield Finding(f"{path.relative_to(ROOT)} passes", not_passed(run(path).verdicts))
    for bad in known_bads(exercise):
        if bad.shows_on(places.backend):
            with overlaid(bad) as path:
                verdicts = run(path, frozenset([bad.check])).verdicts
            yield Finding(f"{bad.path.stem} is rejected by {bad.check}", not_rejected(bad, verdicts))


def matrix(exercise: Exercise, launcher: Launcher, places: Places) -> dict[str, dict[str, str]]:
    """Run every known-bad through every check; return the status by known-bad and check."""
    rows = {}
    for bad in known_bads(exercise):
        with overlaid(bad) as path:
            source = {exercise.id: Source(path.stem, path, exercise.drives)}
            run = grade((exercise,), source, launcher, places)
        rows[bad.path.stem] = {v.check.name: "not run" if v.blocked_by else v.status for v in run.verdicts}
    return rows


@contextmanager
def overlaid(bad: KnownBad) -> Iterator[Path]:
    """Give a known-bad laid over its solution, as a file for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="dojo-") as folder:
        yield bad.write_overlay(Path(folder))


def not_rejected(bad: KnownBad, verdicts: tuple[Verdict, ...]) -> str | None:
    """Return how a known-bad got past its check, or None where it was rejected for its reason."""
    verdict = next((verdict for verdict in verdicts if verdict.check.name == bad.check), None)
    if verdict is None:
        return f"there is no check {bad.check}"
    reason = verdict.outcome.reason
    if verdict.blocked_by:
        first = next(v for v in verdicts if v.status != "pass")
        return f"{first.check.name} already stopped it: {first.outcome.reason}"
    if verdict.status != "fail":
        return f"it got {verdict.status}" + (f": {reason}" if reason else "")
    if reason is None or reason.id != bad.reason:
        return f"expected the reason {bad.reason}, got {reason.id if reason else None}: {reason}"
    return None


def _not_a_stub(run: Run) -> str | None:
    first = run.verdicts[0].outcome.reason
    if first is None or first.id != "not_implemented":
        return f"its first check ended with {first}"
    return None if run.exit_code(strict=False) == 1 else f"exit code {run.exit_code(strict=False)}"


def not_passed(verdicts: tuple[Verdict, ...]) -> str | None:
    """Return which verdicts aren't a pass; what the backend lacks, or noise hides, may stay ungraded."""
    allowed = ("lacking", "undecided")
    bad = [v for v in verdicts if v.status == "fail" or (v.status == "not_graded" and v.outcome.kind not in allowed)]
    return "; ".join(f"{v.check.name}: {v.status}: {v.outcome.reason}" for v in bad) or None


def _signatures(path: Path) -> dict[str, str]:
    """Return the public functions of a module with their parameters and return type, from its text."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef))
    return {node.name: _signature(node) for node in functions if not node.name.startswith("_")}


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        methods = (child for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
        return " ".join(f"{m.name}{_signature(m)}" for m in methods if not m.name.startswith("_"))
    returns = "" if node.returns is None else ast.unparse(node.returns)
    return f"({ast.unparse(node.args)}) -> {returns}"


def _is_stub(text: str, name: str) -> bool:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            source = ast.get_source_segment(text, node) or ""
            return "# TODO" in source and ast.unparse(node.body[-1]) == "raise NotImplementedError"
    return True


def _wrong_files(exercise: Exercise, tree: str) -> list[str]:
    """Return the files of a tree that are missing, or that say they are to be written and aren't, or don't and are."""
    stub = tree == "exercises"
    paths = exercise.paths(tree)[1:]
    return [
        path.relative_to(ROOT).as_posix()
        for path in paths
        if not path.is_file() or (UNWRITTEN in path.read_text(encoding="utf-8")) != stub
    ]


def _checks(exercise: Exercise) -> set[str]:
    """Return the names of an exercise's checks, from the text of their module."""
    tree = ast.parse(exercise.checks.read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Call) and ast.unparse(d.func) == "check" for d in node.decorator_list)
    }
