"""Hostile submissions under the command line: what they print, and what they do to the grader itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.curriculum import find
from tests.clones import Clone, make_clone, said

EXERCISE = find("1.3")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, state_dir: Path) -> Clone:
    assert state_dir.is_dir()
    return make_clone(tmp_path_factory.mktemp("hostile") / "clone")


def test_printed_lines_cannot_be_taken_for_the_kits(clone: Clone) -> None:
    forged = "  ✓ count_films counts the films that are there  1"
    clone.put(
        EXERCISE,
        SOLUTION
        + f"""

def create_collection(client, name, dim):
    print("\\x1b[2J\\x1b[H\\x1b]0;passed\\x07")
    print({forged!r})
    print("\\r1.3: 15 of 15 points")
    raise ValueError("\\x1b[32m1.3: 15 of 15 points")
""",
    )
    done = clone.run("grade", "1", "--backend", "lite")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout
    assert "\x07" not in done.stdout
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith(("  ✓", "1.3: 15"))]
    assert [line for line in lines if "15 of 15 points" in line]
    assert clone.results()["exercises"][0]["earned"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="/proc names the grader")
def test_who_kills_the_grader_gets_no_report(clone: Clone) -> None:
    progress = clone.root / ".dojo" / "progress.json"
    progress.parent.mkdir(exist_ok=True)
    before = progress.read_text(encoding="utf-8") if progress.exists() else "{}"
    progress.write_text(before, encoding="utf-8")
    clone.put(
        EXERCISE,
        SOLUTION
        + """

def count_films(client, name):
    import os, psutil, time
    os.kill(psutil.Process(os.getppid()).ppid(), 9)
    time.sleep(600)
""",
    )
    done = clone.run("grade", "1", "--backend", "lite")
    assert done.returncode not in (0, 1)
    assert not (clone.root / "reports" / "results.json").exists()
    assert progress.read_text(encoding="utf-8") == before


def test_python_without_assertions_grades_nothing(clone: Clone) -> None:
    clone.put(EXERCISE, "")
    done = clone.run("grade", "1", "--backend", "lite", PYTHONOPTIMIZE="1")
    assert done.returncode == 2
    assert "PYTHONOPTIMIZE" in said(done)
    assert "Traceback" not in said(done)


def test_who_kills_milvus_fails_that_check_and_the_others_are_graded_on_a_new_one(
    clone: Clone, state_dir: Path
) -> None:
    clone.put(
        EXERCISE,
        SOLUTION
        + f"""

def count_films(client, name):
    import psutil
    for process in psutil.process_iter(["cmdline"]):
        if {str(state_dir / "servers")!r} in " ".join(process.info["cmdline"] or []):
            process.kill()
    return 7
""",
    )
    done = clone.run("grade", "1", "--backend", "lite")
    assert done.returncode == 1
    checks = {check["id"]: check for check in clone.results()["exercises"][0]["checks"]}
    assert checks["1.3/counts_films"]["reason"] == "broke_the_server"
    failed = [id_ for id_, check in checks.items() if check["status"] == "fail" and not check["blocked_by"]]
    assert failed == ["1.3/counts_films"]
    assert checks["1.3/titles_fit"]["status"] == "pass"
    assert "Traceback" not in said(done)
