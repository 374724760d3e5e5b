"""When a submission has to be graded again: its key, a digest of everything that its verdicts follow from."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.curriculum import ROOT, Exercise

PACKAGES = ("pymilvus", "milvus-lite", "milvus", "numpy", "pytest", "torch", "sentence-transformers", "open_clip_torch")
_SHARED = ("fixtures/**/*", "infra/**/*.py", "grader/*.py", "grader/runner/*.py", "curriculum.toml", "checks/*")


def kit_digest(exercises: Sequence[Exercise]) -> str:
    """Return a digest of the files of this kit that decide over some exercises, and of the packages below them.

    Another stage's checks, the texts around a verdict and its translations have no part in it.
    """
    patterns = [*_SHARED]
    for exercise in exercises:
        patterns += [f"checks/{exercise.stage}/*", f"solutions/{exercise.stage}/{exercise.stem}*"]
        patterns += [f"solutions/{exercise.stage}/{exercise.stem}/**/*"]
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern) if _counts(path)}):
        digest.update(f"{path.relative_to(ROOT).as_posix()} {_of_file(path)}\n".encode())
    return digest.hexdigest()


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
    exercises: Iterable[str],
    kit: str,
    seed: int,
    milvus: Iterable[tuple[str, str]],
    isolation: str,
    packages: dict[str, str],
) -> str:
    """Return the key of a submission.

    Args:
        files: digest of the files that were handed in.
        exercises: ids of the exercises that are graded.
        kit: what `kit_digest` returns.
        seed: the learner's.
        milvus: backend and version of each exercise.
        isolation: what the code runs in.
        packages: what `versions` returns.
    """
    parts = [files, list(exercises), kit, seed, [list(pair) for pair in milvus], isolation, packages]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _counts(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
