"""When something has to be graded again: a digest of everything that the verdicts on an exercise follow from."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.curriculum import ROOT, Exercise

PACKAGES = ("pymilvus", "milvus-lite", "milvus", "numpy", "pytest", "torch", "sentence-transformers", "open_clip_torch")
_SHARED = ("fixtures/**/*", "infra/**/*.py", "grader/*.py", "grader/runner/*.py", "checks/conftest.py", "checks/*.ini")


def kit_digests(exercises: Iterable[Exercise]) -> dict[str, str]:
    """Return a digest of the files of this kit that decide over each exercise, by its id.

    The checks of other exercises, the texts around a verdict and its translations have no part in it; of the
    curriculum only an exercise's own row has, without its hints.
    """
    shared = _of_files(_found(_SHARED))
    return {exercise.id: _digest([shared, _row(exercise), _of_files(_own(exercise))]) for exercise in exercises}


def _row(exercise: Exercise) -> str:
    """Return what the curriculum says of an exercise, as far as it decides."""
    return json.dumps(asdict(replace(exercise, hints=())), default=sorted, sort_keys=True)


def _own(exercise: Exercise) -> set[Path]:
    """Return the files of an exercise alone: its checks and its solution."""
    solution = f"solutions/{exercise.stage}/{exercise.stem}"
    return _found((f"{solution}*", f"{solution}/**/*")) | checks_of(exercise)


def checks_of(exercise: Exercise) -> set[Path]:
    """Return the files that an exercise's checks consist of: its modules in `checks`, and what these import there."""
    found: set[Path] = set()
    left = [path for path in (exercise.checks, exercise.drives) if path is not None and path.is_file()]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left += _imported(path)
    return found


def _imported(path: Path) -> Iterator[Path]:
    """Yield the modules of `checks` that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            module = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if name.startswith("checks.") and module.is_file():
                yield module


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that verdicts rest on, those that are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def key(
    *,
    files: str,
    exercise: str,
    kit: str,
    seed: int,
    milvus: Iterable[str],
    isolation: str,
    packages: Mapping[str, str],
) -> str:
    """Return the key of an exercise in a submission.

    Args:
        files: digest of the files that were handed in for its stage.
        exercise: its id.
        kit: what `kit_digests` returns.
        seed: the learner's.
        milvus: backend and version.
        isolation: what the code runs in.
        packages: what `versions` returns.
    """
    return _digest([files, exercise, kit, seed, list(milvus), isolation, dict(packages)])


def joined(keys: Mapping[str, str]) -> str:
    """Return the key of a submission, from the keys of its exercises by id."""
    return _digest(dict(keys))


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _found(patterns: Iterable[str]) -> set[Path]:
    paths = (path for pattern in patterns for path in ROOT.glob(pattern))
    return {path for path in paths if path.is_file() and "__pycache__" not in path.parts}


def _of_files(paths: Iterable[Path]) -> dict[str, str]:
    """Return the digest of each file, by its name in the kit."""
    return {path.relative_to(ROOT).as_posix(): _of_file(path) for path in paths}


def _of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
