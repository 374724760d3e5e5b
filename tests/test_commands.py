"""What people run, as they run it: exit codes through nox, bad input, the places that they look at afterwards."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.curriculum import ROOT, find, stages
from tests.clones import Clone, make_clone, said

EXERCISE = find("1.3")


@pytest.fixture
def clone(tmp_path: Path, state_dir: Path) -> Clone:
    """A learner's clone; servers are those of the whole test run."""
    assert state_dir.is_dir()
    return make_clone(tmp_path / "clone")


def test_a_whole_stage_is_told_in_order_and_reported_as_one_run(clone: Clone) -> None:
    done = clone.run("grade", "1", "--solutions", "--backend", "lite")
    assert done.returncode == 0, done.stdout + done.stderr
    headings = [line for line in done.stdout.splitlines() if re.match(r"1\.\d ", line)]
    stage = stages()[0].exercises
    assert headings == [f"{exercise.id} {exercise.title}" for exercise in stage]
    assert done.stdout.count("graded on lite") == 1
    results = clone.results()
    assert [row["id"] for row in results["exercises"]] == [exercise.id for exercise in stage]
    assert all(row["checks"] for row in results["exercises"])


def test_exit_codes_hold_through_nox(clone: Clone) -> None:
    """0 for a pass, 1 for a failure, 2 where nothing can be graded: nox alone would turn 2 into 1."""
    (clone.root / ".nox").mkdir()
    venv = Path(sys.prefix)
    (clone.root / ".nox" / "dojo").symlink_to(venv)
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "MILVUS_URI")}
    codes = {}
    for arguments in (["1.3", "--solutions"], ["1.3"], ["9.9"]):
        command = [sys.executable, "-m", "nox", "-s", "stage1", "--", *arguments, "--backend", "lite"]
        done = subprocess.run(
            command, cwd=clone.root, env=environment, capture_output=True, text=True, timeout=170, check=False
        )
        codes[" ".join(arguments)] = done.returncode
        assert "Traceback" not in done.stdout + done.stderr
    assert codes == {"1.3 --solutions": 0, "1.3": 1, "9.9": 2}


def test_the_stub_is_not_implemented_yet(clone: Clone) -> None:
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 1
    assert "create_collection() is not implemented yet" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert clone.results()["exit_code"] == 1


def test_solutions_pass_and_what_lite_cannot_show_is_said(clone: Clone) -> None:
    done = clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 15 points, 3 not graded" in done.stdout
    assert "nox -s stage1 -- 1.3 --backend server" in done.stdout
    strict = clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite", "--strict")
    assert strict.returncode == 2
    in_ci = clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite", CI="true")
    assert in_ci.returncode == 2


def test_progress_is_kept_for_the_learner_and_not_for_solutions(clone: Clone) -> None:
    clone.put(EXERCISE, EXERCISE.file("solutions").read_text(encoding="utf-8"))
    clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite")
    assert not (clone.root / ".dojo" / "progress.json").exists()
    assert clone.run("grade", "1", "1.3", "--backend", "lite").returncode == 0
    progress = json.loads((clone.root / ".dojo" / "progress.json").read_text())
    assert progress["1.3"]["passed"]["backend"] == "lite"
    clone.put(EXERCISE, "")
    assert clone.run("grade", "1", "1.3", "--backend", "lite").returncode == 1
    progress = json.loads((clone.root / ".dojo" / "progress.json").read_text())
    assert progress["1.3"]["earned"] == 0
    assert progress["1.3"]["passed"]["backend"] == "lite"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no function create_collection()"),
        ("def create_collection(client, name, dim)\n", "Python can't read the file"),
        ("import nothing_of_that_name\n", "can't be imported"),
        ("def create_collection(client):\n    pass\n", "Give the function the parameters"),
        ("import pytest\npytest.skip('later', allow_module_level=True)\n", "can't be imported"),
        ("def create_collection(client, name, dim):\n    exit(0)\n", "SystemExit"),
    ],
    ids=["empty", "syntax", "import", "signature", "skip", "exit"],
)
def test_a_broken_exercise_is_one_sentence_and_code_1(clone: Clone, text: str, sentence: str) -> None:
    clone.put(EXERCISE, text)
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 1, done.stdout + done.stderr
    assert sentence in said(done)
    assert "Traceback" not in done.stdout + done.stderr


def test_a_missing_exercise_is_one_sentence_and_code_1(clone: Clone) -> None:
    (clone.root / EXERCISE.file("exercises").relative_to(ROOT)).unlink()
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 1
    assert "ex03_basic_operations.py isn't there" in said(done)


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        (["grade", "1", "7.7"], {}, "There is no exercise 7.7. There are: 1.1, 1.2, 1.3, 2.1, "),
        (["grade", "4"], {}, "There is no stage 4 here yet"),
        (["grade", "1", "1.3", "--backend", "magic"], {}, "There is no backend magic"),
        (["grade", "1", "1.3", "--bakend", "lite"], {}, "No such option"),
        (["grade", "1", "1.3"], {"MILVUS_URI": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        (["grade", "1", "1.3", "--backend", "external"], {}, "MILVUS_URI isn't set"),
        (["grade", "1", "1.3", "--backend", "lite"], {"PYTHONOPTIMIZE": "1"}, "Python runs with -O"),
    ],
    ids=["exercise", "stage", "backend", "option", "dead-uri", "no-uri", "optimized"],
)
def test_what_cannot_be_graded_is_one_sentence_and_code_2(
    clone: Clone, arguments: list[str], variables: dict[str, str], sentence: str
) -> None:
    done = clone.run(*arguments, **variables)
    printed = said(done)
    assert done.returncode == 2, printed
    assert sentence in printed
    assert "Traceback" not in printed
    assert not (clone.root / "reports" / "results.json").exists()


def test_a_platform_without_the_server_wheel_says_what_to_do(clone: Clone) -> None:
    (clone.root / "sitecustomize.py").write_text("import platform\nplatform.machine = lambda: 'aarch64'\n")
    done = clone.run("grade", "1", "1.3", "--backend", "server", PYTHONPATH=str(clone.root))
    assert done.returncode == 2
    printed = said(done)
    assert "Linux x86-64 and macOS only" in printed
    assert "--backend lite" in printed


def test_a_deleted_check_is_never_a_pass(clone: Clone) -> None:
    module = clone.root / EXERCISE.checks.relative_to(ROOT)
    text = module.read_text(encoding="utf-8")
    module.write_text(
        text.replace('@check("1.3", after=[creates_the_collection])\ndef deletes_by_key', "def deletes_by_key")
    )
    done = clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite")
    assert done.returncode == 2
    assert "git checkout -- checks/stage1_basics/check_03_basic_operations.py" in said(done)


def test_a_full_disk_costs_nothing_that_was_there(clone: Clone) -> None:
    """The reports folder lies on a file system without room, as root can make one; else on a read-only folder."""
    (clone.root / "reports").symlink_to("/dev/full")
    done = clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite")
    printed = said(done)
    assert done.returncode == 2
    assert "can't be written" in printed
    assert "Traceback" not in printed


def test_doctor_shows_every_backend(clone: Clone) -> None:
    done = clone.run("doctor")
    assert done.returncode == 0
    for backend in ("lite", "server", "external"):
        assert f"{backend}:" in done.stdout


def test_help_names_every_command(clone: Clone) -> None:
    done = clone.run("--help")
    assert done.returncode == 0
    for command in ("grade", "authoring", "soak", "doctor", "down"):
        assert command in done.stdout


def test_piped_output_is_plain_and_fits_80_columns(clone: Clone) -> None:
    done = clone.run("grade", "1", "1.3", "--backend", "lite", COLUMNS="200", FORCE_COLOR="")
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "file://" not in line) <= 80


def test_a_company_proxy_does_not_stand_before_this_machine(clone: Clone) -> None:
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "grpc_proxy"), "http://127.0.0.1:9")
    done = clone.run("grade", "1", "1.3", "--solutions", "--backend", "lite", **nowhere)
    assert done.returncode == 0, said(done)
