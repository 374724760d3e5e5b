"""Exercises graded side by side: the grader is killed, or somebody presses Ctrl-C, while learner code hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from grader.curriculum import find
from grader.runner.launch import can_fork
from infra.backends import shared_server
from tests.clones import Clone, make_clone, said
from tests.test_grading import wait_for

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this platform: exercises are graded one by one")

HANGING = {
    "1.2": "def may_pass(error):",
    "1.3": "def create_collection(client, name, dim):",
}
HANGS = """

{header}
    import time
    from pathlib import Path

    Path("{marker}").touch()
    time.sleep(600)
"""


@pytest.fixture
def clone(tmp_path: Path, state_dir: Path) -> Clone:
    """A clone in which two exercises hang, once they have said that they run."""
    assert state_dir.is_dir()
    shared_server("lite")  # started here, as it is to stay
    made = make_clone(tmp_path / "clone")
    for id_, header in HANGING.items():
        solution = find(id_).file("solutions").read_text(encoding="utf-8")
        made.put(find(id_), solution + HANGS.format(header=header, marker=tmp_path / id_))
    return made


@pytest.fixture
def grader(clone: Clone, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A grader of both, in a process group of its own as in a terminal, once both hang."""
    before = sys.executable, "-m", "grader", "grade", "1", *HANGING, "--backend", "lite"
    running = subprocess.Popen(
        before, cwd=clone.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    wait_for(lambda: all((tmp_path / id_).exists() for id_ in HANGING), 60)
    yield running
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def family_of(grader: subprocess.Popen[str]) -> list[psutil.Process]:
    family = psutil.Process(grader.pid).children(recursive=True)
    assert len(family) >= 2 * 3, "a fork, a zygote and learner code for each exercise"
    return family


def left_of(family: list[psutil.Process]) -> list[list[str]]:
    """Return the command lines of those that are still there after a while."""
    _, alive = psutil.wait_procs(family, timeout=5)
    return [process.cmdline() for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_grader_that_is_killed_takes_all_with_it(grader: subprocess.Popen[str], clone: Clone) -> None:
    family = family_of(grader)
    os.kill(grader.pid, signal.SIGKILL)
    grader.communicate()
    assert left_of(family) == []
    assert not (clone.root / "reports" / "results.json").exists()
    clone.put(find("1.3"), find("1.3").file("solutions").read_text(encoding="utf-8"))
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 0, said(done)


def test_ctrl_c_ends_all_with_one_sentence(grader: subprocess.Popen[str], clone: Clone) -> None:
    family = family_of(grader)
    os.killpg(grader.pid, signal.SIGINT)
    out, _ = grader.communicate(timeout=60)
    assert grader.returncode == 2
    assert "Traceback" not in out
    assert out.rstrip().endswith("Stopped. Nothing was changed.")
    assert left_of(family) == []
    assert not (clone.root / "reports" / "results.json").exists()
