"""The Jobs of infra/kubernetes: what they ask for, and their pods' commands run here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from grader.curriculum import ROOT
from tests.clones import OURS

FOLDER = ROOT / "infra" / "kubernetes"


def documents(name: str) -> list[dict[str, Any]]:
    """Return the objects of a file."""
    return [*yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))]


def job(name: str) -> dict[str, Any]:
    """Return the Job of a file."""
    (found,) = documents(f"{name}.yaml")
    assert found["kind"] == "Job"
    return found


def container(name: str) -> dict[str, Any]:
    """Return the container of a Job's pods."""
    (found,) = job(name)["spec"]["template"]["spec"]["containers"]
    return dict(found)


def run_in_pod(name: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command of a Job's pod, in the kit and with its Python; every variable that it names has to be given."""
    own = container(name)
    named = {each["name"] for each in own["env"]} - {"DOJO_STATE_DIR"}
    assert named <= variables.keys()
    environment = {key: value for key, value in os.environ.items() if key not in OURS} | variables
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    return subprocess.run(
        [*own["command"], *own["args"]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
