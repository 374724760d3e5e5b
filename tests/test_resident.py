"""The resident grader: each run is a fork with the kit already imported, and its exit code is the run's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.curriculum import ROOT
from infra.backends import shared_server

PROGRAM = """
import json, os, psutil, sys
from grader.resident import Resident
from grader import cli

def graded(*arguments):
    sys.argv = ["grader", "grade", "1", "1.3", "--backend", "lite", *arguments]
    return cli.main()

resident = Resident()
codes = [resident.run(lambda: graded("--no-strict", "--solutions"))]
codes.append(resident.run(lambda: graded("--strict", "--solutions")))
codes.append(resident.run(lambda: os.kill(os.getpid(), 9)))
codes.append(resident.run(lambda: graded("--no-strict", "--solutions")))
family = [process.pid for process in psutil.Process().children(recursive=True)]
print(json.dumps({"codes": codes, "family": family}), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform: the resident isn't used")
def test_runs_end_with_their_own_code_and_leave_nothing(state_dir: Path) -> None:
    assert state_dir.is_dir()
    shared_server("lite")  # it is to stay, so let it be nobody's of the family, whoever ran before
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as resident:
        assert resident.stdout is not None
        printed = resident.stdout.read()
        resident.wait(timeout=100)
    said = json.loads(printed.splitlines()[-1])
    assert said["codes"] == [0, 2, 2, 0]
    assert said["family"], "the zygote for the next run"
    family = [psutil.Process(pid) for pid in said["family"] if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
