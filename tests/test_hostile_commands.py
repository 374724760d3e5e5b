"""Hostile submissions under the command line: what they print, and what they do to the grader itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.curriculum import find
from tests.attacks import Attack, attacks
from tests.clones import Clone, make_clone, said

EXERCISE = find("1.3")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")


ATTACKS = {attack.name: attack for attack in attacks("command")}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, state_dir: Path) -> Clone:
    assert state_dir.is_dir()
    return make_clone(tmp_path_factory.mktemp("hostile") / "clone")


def put(clone: Clone, *names: str) -> None:
    """Save the solution with attacks laid over it as the learner's file."""
    clone.put(EXERCISE, "\n\n\n".join([SOLUTION, *(ATTACKS[name].text for name in names)]))


def checks(clone: Clone) -> dict[str, dict[str, Any]]:
    """Return the checks of results.json by name."""
    return {check["id"].partition("/")[2]: check for check in clone.results()["exercises"][0]["checks"]}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.name)
def test_every_attack_says_what_it_tries_and_what_stops_it(attack: Attack) -> None:
    assert {"Tries", "Stopped by", "Against"} <= attack.says.keys()


def test_printed_lines_cannot_be_taken_for_the_kits(clone: Clone) -> None:
    put(clone, "forged_lines")
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
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
    put(clone, "kills_the_grader")
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode not in (0, 1)
    assert not (clone.root / "reports" / "results.json").exists()
    assert progress.read_text(encoding="utf-8") == before


def test_python_without_assertions_grades_nothing(clone: Clone) -> None:
    clone.put(EXERCISE, "")
    done = clone.run("grade", "1", "1.3", "--backend", "lite", PYTHONOPTIMIZE="1")
    assert done.returncode == 2
    assert "PYTHONOPTIMIZE" in said(done)
    assert "Traceback" not in said(done)


def test_who_kills_milvus_fails_that_check_and_the_others_are_graded_on_a_new_one(clone: Clone) -> None:
    put(clone, "kills_milvus")
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 1
    found = checks(clone)
    assert found["counts_films"]["reason"] == "broke_the_server"
    failed = [name for name, check in found.items() if check["status"] == "fail" and not check["blocked_by"]]
    assert failed == ["counts_films"]
    assert found["titles_fit"]["status"] == "pass"
    assert "Traceback" not in said(done)


@pytest.mark.skipif(sys.platform != "linux", reason="the attack leaves a process behind, which is ended on Linux")
def test_what_is_written_into_the_kit_and_its_reports_changes_nothing_in_this_run(tmp_path: Path, clone: Clone) -> None:
    assert clone.root.is_dir()  # its servers are those of the whole test run
    own = make_clone(tmp_path / "clone")
    put(own, "rewrites_the_kit", "forges_reports")
    done = own.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 1, said(done)
    found = checks(own)
    for name in ("rewrites_the_kit", "forges_reports"):
        attack = ATTACKS[name]
        assert found[attack.against]["status"] == "fail"
        assert found[attack.against]["reason"] == attack.says["Because"]
    assert found["titles_fit"]["status"] == "pass"
    assert own.results()["exit_code"] == 1
    progress = json.loads((own.root / ".dojo" / "progress.json").read_text(encoding="utf-8"))
    assert progress["1.3"]["earned"] == own.results()["exercises"][0]["earned"] < 15
    assert "passed" not in progress["1.3"]
    assert "<testcase" in (own.root / "reports" / "junit.xml").read_text(encoding="utf-8")
    running = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in running if str(own.root) in line]
    assert "Traceback" not in said(done)


def test_who_leaves_no_server_for_anybody_ends_the_run_with_code_2(clone: Clone, tmp_path: Path) -> None:
    put(clone, "ruins_the_state_directory")
    done = clone.run("grade", "1", "1.3", "--backend", "lite", DOJO_STATE_DIR=str(tmp_path / "state"))
    assert done.returncode == 2, said(done)
    assert not (clone.root / "reports" / "results.json").exists()
    assert "can't be written" in said(done)
    assert "Traceback" not in said(done)
