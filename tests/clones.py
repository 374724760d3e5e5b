"""Copies of the repository that a test may change, and the kit's command line run in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.curriculum import ROOT, Exercise

OURS = ("CI", "MILVUS_URI", "MILVUS_TOKEN", "MILVUS_IMAGE", "DOJO_SEED", "DOJO_LANG")


@dataclass(frozen=True)
class Clone:
    """A learner's clone."""

    root: Path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command as the nox sessions do, without the settings of whoever runs the tests."""
        environment = {key: value for key, value in os.environ.items() if key not in OURS} | variables
        command = [sys.executable, "-m", "grader", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.root, env=environment, text=True, **pipes)  # type: ignore[call-overload,no-any-return]

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=170)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def put(self, exercise: Exercise, text: str) -> None:
        """Save the learner's file of an exercise."""
        (self.root / exercise.file("exercises").relative_to(ROOT)).write_text(text, encoding="utf-8")

    def results(self) -> dict[str, Any]:
        """Return reports/results.json."""
        document: dict[str, Any] = json.loads((self.root / "reports" / "results.json").read_text(encoding="utf-8"))
        return document


def make_clone(target: Path) -> Clone:
    """Copy the repository without what commands leave behind."""
    left_out = shutil.ignore_patterns(".git", ".nox", ".venv", ".dojo", "reports", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, target, ignore=left_out)
    return Clone(target)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return all that a command printed, with every run of white space as one space."""
    return " ".join((done.stdout + done.stderr).split())
