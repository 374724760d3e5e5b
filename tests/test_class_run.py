"""A class, graded for real on milvus-lite: verdicts as planted, nobody graded twice, a worker's death costs one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pymilvus import MilvusClient

from benchmarks.synthetic_class import Planted, make_class, surprises
from grader.classroom.handed import open_handed
from grader.classroom.intake import take
from grader.classroom.outcome import Class, Outcome
from grader.classroom.stored import outcome_path, read_class, write_outcome
from grader.curriculum import ROOT, find
from grader.places import Places
from infra.backends.ending import homes
from tests.class_pods import run_in_pod
from tests.clones import OURS, make_clone, said
from tests.waiting import until

EXERCISE = find("1.3")
FILE = f"exercises/{EXERCISE.stage}/{EXERCISE.stem}.py"
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
COUNT = 12
SEED = 7

pytestmark = [
    pytest.mark.usefixtures("state_dir"),
    pytest.mark.skipif(sys.platform == "win32", reason="a class is graded on Linux and macOS"),
]


def start(*arguments: object, lanes: int = 2, only: str = "1.3") -> subprocess.Popen[str]:
    """Start `autograde` on lite, without a sandbox."""
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    fixed = ["--only", only, "--backend", "lite", "--trust-submissions", f"--lanes={lanes}"]
    command = [sys.executable, "-m", "grader", "autograde", *map(str, arguments), *fixed]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def run(*arguments: object, lanes: int = 2, only: str = "1.3") -> tuple[int, str]:
    """Run `autograde` to its end, and return its exit code and what it printed."""
    process = start(*arguments, lanes=lanes, only=only)
    out, _ = process.communicate(timeout=170)
    return process.returncode, " ".join(out.split())


def hand_in(folder: Path, text: str) -> Path:
    """Write a submission of 1.3."""
    path = folder / FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


def class_of(out: Path) -> Class:
    """Return the class in a folder."""
    class_ = read_class(out)
    assert class_ is not None
    return class_


def statuses(outcome: Outcome, place: int = 0) -> dict[str, tuple[str, str | None]]:
    """Return status and reason of each check of an exercise."""
    assert outcome.results is not None, outcome.trouble
    checks = outcome.results["exercises"][place]["checks"]
    return {check["id"]: (check["status"], check["reason"]) for check in checks}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Planted]]]:
    """A class of a dozen, and what is in it."""
    folder = tmp_path_factory.mktemp("class") / "submissions"
    return folder, make_class(folder, COUNT, [EXERCISE], seed=SEED, isolated=False)


@pytest.fixture(scope="module")
def whole(
    planted: tuple[Path, dict[str, dict[str, Planted]]], state_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The class, graded in one go with a secret."""
    assert state_dir.is_dir()
    out = tmp_path_factory.mktemp("graded") / "out"
    code, printed = run(planted[0], "--out", out, "--seed", "the secret", "--title", "Vectors")
    assert code == 0, printed
    return out


def test_a_class_comes_out_as_planted(whole: Path, planted: tuple[Path, dict[str, dict[str, Planted]]]) -> None:
    class_ = class_of(whole)
    assert surprises(planted[1], class_) == []
    assert len(class_.outcomes) == COUNT
    assert (class_.info.title, class_.info.backend, class_.info.isolation) == ("Vectors", "lite", "none")
    assert class_.info.exercises == ("1.3",)
    assert class_.info.kit.startswith("0.")
    assert class_.info.seconds > 0
    assert not (whole / "work").exists()


def test_every_result_says_under_which_conditions_it_came(whole: Path) -> None:
    outcomes = [outcome for outcome in class_of(whole).outcomes if outcome.results is not None]
    assert len({outcome.seed for outcome in outcomes}) == len(outcomes)
    for outcome in outcomes:
        assert outcome.results is not None
        assert outcome.results["seed"] == outcome.seed
        assert outcome.results["backend"] == "lite"
        assert outcome.results["milvus"] == class_of(whole).info.milvus
        assert len(outcome.key) == 64


def test_a_second_start_grades_nothing_again(whole: Path, planted: tuple[Path, dict[str, dict[str, Planted]]]) -> None:
    before = {path: path.read_bytes() for path in whole.glob("submissions/*/outcome.json")}
    code, printed = run(planted[0], "--out", whole)
    assert code == 0, printed
    assert f"{COUNT} of {COUNT} need no grading" in printed
    assert {path: path.read_bytes() for path in whole.glob("submissions/*/outcome.json")} == before


def test_only_what_a_change_is_about_is_graded_again(tmp_path: Path) -> None:
    hand_in(tmp_path / "ada", SOLUTION)
    arguments = (tmp_path / "ada", "--out", tmp_path / "out", "--seed", "the secret")
    assert run(*arguments, only="1.2,1.3")[0] == 0
    (before,) = class_of(tmp_path / "out").outcomes
    assert before.results is not None
    rows = {each["id"]: {**each, "title": "before"} for each in before.results["exercises"]}
    path = outcome_path(tmp_path / "out", "ada")
    keys = {**before.keys, "1.2": "of other checks"}
    write_outcome(path, replace(before, keys=keys, results={**before.results, "exercises": [*rows.values()]}))
    assert run(*arguments, only="1.2,1.3")[0] == 0
    (after,) = class_of(tmp_path / "out").outcomes
    assert after.results is not None
    assert [each["title"] for each in after.results["exercises"]] == [find("1.2").title, "before"]
    assert (after.status, after.key, after.keys) == (before.status, before.key, before.keys)
    assert [statuses(after, place) for place in (0, 1)] == [statuses(before, place) for place in (0, 1)]


def test_shards_merge_to_the_class_that_was_graded_whole(
    whole: Path, planted: tuple[Path, dict[str, dict[str, Planted]]], tmp_path: Path
) -> None:
    """The shards are graded, and joined, by the commands of the pods of infra/kubernetes."""
    paths = {"SUBMISSIONS": planted[0], "PARTS": tmp_path / "parts", "WHOLE": tmp_path / "all"}
    shared = {name: str(path) for name, path in paths.items()} | {"SHARDS": "2", "CLASS_SEED": "the secret"}
    shared["OPTIONS"] = "--only 1.3 --backend lite --trust-submissions --lanes=2"
    for index in (0, 1):
        done = run_in_pod("grade", shared | {"JOB_COMPLETION_INDEX": str(index)})
        assert done.returncode == 0, said(done)
        assert len(class_of(tmp_path / "parts" / str(index)).outcomes) == COUNT / 2
    merged = run_in_pod("merge", shared)
    assert merged.returncode == 0, said(merged)
    ours, theirs = class_of(tmp_path / "all").outcomes, class_of(whole).outcomes
    assert [replace(outcome, results=None) for outcome in ours] == [
        replace(outcome, results=None) for outcome in theirs
    ]
    for one, other in zip(ours, theirs, strict=True):
        if one.results is not None:
            assert statuses(one) == statuses(other)


def test_a_learners_own_run_with_the_seed_gives_the_same_verdicts(whole: Path, tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    outcome = _graded_wrong(whole)
    clone.put(EXERCISE, _handed_in(outcome, tmp_path))
    clone.run("grade", "1", "1.3", "--backend", "lite", DOJO_SEED=str(outcome.seed))
    own = {check["id"]: (check["status"], check["reason"]) for check in clone.results()["exercises"][0]["checks"]}
    assert own == statuses(outcome)
    assert clone.results()["seed"] == outcome.seed


def test_a_verdict_can_be_reproduced_and_another_submission_is_found_out(whole: Path, tmp_path: Path) -> None:
    outcome = _graded_wrong(whole)
    kept = outcome_path(whole, outcome.learner.id)
    code, printed = run(hand_in(tmp_path / "same", _handed_in(outcome, tmp_path)), "--reproduce", kept)
    assert (code, "Every verdict is the same again." in printed) == (0, True), printed
    code, printed = run(hand_in(tmp_path / "other", SOLUTION), "--reproduce", kept)
    assert (code, "and is pass" in printed) == (1, True), printed


COUNTED = """
with open("{log}", "a") as log:
    log.write("{name} ")
"""


def test_after_ctrl_c_and_after_a_kill_the_rest_is_graded_and_nothing_twice(tmp_path: Path) -> None:
    """Each submission notes that it was loaded; one that had no outcome yet when the grader ended may begin again."""
    log, out = tmp_path / "log", tmp_path / "out"
    names = [f"learner_{number}" for number in range(5)]
    for name in names:
        hand_in(tmp_path / "in" / name, SOLUTION + COUNTED.format(log=log, name=name))

    process = start(tmp_path / "in", "--out", out, lanes=1)
    until(lambda: _finished(out), 120)
    os.kill(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert (process.returncode, "the same command goes on" in printed) == (2, True), printed
    stopped = _finished(out)
    assert 1 <= len(stopped) < len(names)

    process = start(tmp_path / "in", "--out", out, lanes=1)
    until(lambda: len(_finished(out)) > len(stopped), 120)
    family = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    until(lambda: not [each for each in family if each.is_running() and not _is_server(each)], 30)
    until(lambda: not [record for _, record in homes() if record and not record.shared], 30)
    killed = _finished(out)
    assert killed.items() >= stopped.items()
    assert len(killed) < len(names)
    loads = Counter(log.read_text(encoding="utf-8").split())

    code, printed = run(tmp_path / "in", "--out", out, lanes=1)
    assert code == 0, printed
    assert _finished(out).items() >= killed.items()
    again = Counter(log.read_text(encoding="utf-8").split()) - loads
    assert set(again) == set(names) - {path.parent.name for path in killed}
    assert all("fail" not in {s for s, _ in statuses(outcome).values()} for outcome in class_of(out).outcomes)


def _finished(out: Path) -> dict[Path, bytes]:
    """Return what was written about each submission that has its outcome."""
    return {path: path.read_bytes() for path in out.glob("submissions/*/outcome.json")}


def _is_server(process: psutil.Process) -> bool:
    """Say whether a process is the Milvus that graders share, or its keeper, which stay."""
    try:
        line = " ".join(process.cmdline())
        return "milvus_lite" in line or "infra.backends.keeper" in line or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


KILLS = """
import os
import psutil
import signal

for process in psutil.Process().parents():
    parent = process.parent()
    own = parent is not None and "autograde" in " ".join(parent.cmdline())  # and not one that runs these tests
    if own and "stdin.readline" in " ".join(process.cmdline()):  # as execnet starts one
        with open("{log}", "a") as log:
            log.write("killed ")
        os.kill(process.pid, signal.SIGKILL)
        break
"""


def test_a_submission_that_kills_its_worker_costs_only_itself(tmp_path: Path) -> None:
    log = tmp_path / "log"
    hand_in(tmp_path / "in" / "killer", SOLUTION + KILLS.format(log=log))
    for name in ("ada", "bob", "eve"):
        hand_in(tmp_path / "in" / name, SOLUTION)
    code, printed = run(tmp_path / "in", "--out", tmp_path / "out")
    assert code == 2, printed
    assert "3 graded, 0 empty, 0 refused, 1 not graded" in printed
    assert log.read_text(encoding="utf-8").split() == ["killed", "killed"]
    outcomes = {outcome.learner.id: outcome for outcome in class_of(tmp_path / "out").outcomes}
    assert outcomes["killer"].status == "not_graded"
    assert "ended 2 times" in str(outcomes["killer"].trouble)
    for name in ("ada", "bob", "eve"):
        assert "fail" not in {status for status, _ in statuses(outcomes[name]).values()}


def test_a_server_on_which_somebody_left_something_is_replaced() -> None:
    places = Places("lite", lambda _: None, alone=True)
    try:
        with places.open("shared") as milvus:
            first = milvus.server.uri
            milvus.client.create_collection("own", dimension=2)
        places.clean()
        with places.open("shared") as milvus:
            assert milvus.server.uri == first, "what lay in its own database is gone with that"
            other = MilvusClient(uri=first)
            other.create_database("left_behind")
            other.close()
        places.clean()
        with places.open("shared") as milvus:
            assert milvus.server.uri != first
            assert "left_behind" not in milvus.client.list_databases()
    finally:
        places.close()


def test_a_class_without_a_sandbox_is_refused_unless_it_is_trusted(tmp_path: Path) -> None:
    """Without a program in PATH there is neither bubblewrap nor Docker."""
    hand_in(tmp_path / "in", SOLUTION)
    arguments = ["autograde", str(tmp_path / "in"), "--only", "1.3", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path), "DOJO_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--trust-submissions" in said(done)
    assert "bubblewrap, which isn't installed" in said(done)
    assert "Traceback" not in said(done)
    assert not (tmp_path / "out" / "class.json").exists()


def _graded_wrong(out: Path) -> Outcome:
    """Return the outcome of a submission of which some checks have passed and some have failed."""
    for outcome in class_of(out).outcomes:
        if outcome.results is not None and {"pass", "fail"} <= {status for status, _ in statuses(outcome).values()}:
            return outcome
    raise AssertionError("nobody in the class")


def _handed_in(outcome: Outcome, scratch: Path) -> str:
    """Return the text that a learner of the synthetic class has handed in for 1.3."""
    make_class(scratch / "again", COUNT, [EXERCISE], seed=SEED, isolated=False)
    path = scratch / "again" / outcome.learner.folder
    handed = open_handed(path if path.is_dir() else path.with_name(f"{path.name}.zip"))
    (name,) = take(handed, [EXERCISE], scratch / "taken").files
    return (scratch / "taken" / name).read_text(encoding="utf-8")
