"""Hostile submissions, graded on a real Milvus: none earns a point it didn't, and none harms the one that follows."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from grader import curriculum, session
from grader.curriculum import ROOT, Exercise, find
from grader.errors import ChecksChanged
from grader.places import Places
from grader.runner.launch import Launcher
from grader.runner.submission import Source
from grader.session import Run, grade
from tests.clones import Clone, make_clone, said
from tests.parrot import Green, believed

EXERCISE = dataclasses.replace(find("1.3"), call_s=3.0)
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no zygote without fork")


@pytest.fixture(scope="module")
def places(state_dir: Path) -> Iterator[Places]:
    assert state_dir.is_dir()
    opened = Places("lite", lambda _: None)
    yield opened
    opened.close()


@pytest.fixture
def graded(tmp_path: Path, launcher: Launcher, places: Places) -> Callable[..., Run]:
    """Grade the solution with something laid over it, in the one session of this module."""

    def run(mischief: str = "", only: str | None = "counts_films") -> Run:
        path = tmp_path / f"{EXERCISE.stem}.py"
        path.write_text(f"{SOLUTION}\n\n{textwrap.dedent(mischief)}", encoding="utf-8")
        names = None if only is None else frozenset([only])
        source = {EXERCISE.id: Source("hostile", path)}
        return grade((EXERCISE,), source, launcher, places, only=names, opinions=Green())

    return run


def ended(run: Run) -> dict[str, tuple[str, str | None]]:
    """Return status and reason of each check."""
    return {v.check.name: (v.status, v.outcome.reason.id if v.outcome.reason else None) for v in run.verdicts}


COUNTS = "def count_films(client, name):\n    {}\n"

MISCHIEF: dict[str, tuple[str, str, str]] = {
    "leaves with success": (COUNTS.format("import os; os._exit(0)"), "crashed", "exit code 0"),
    "skips when called": (COUNTS.format("import pytest; pytest.skip('no')"), "raised", "Skipped"),
    "skips at import": ("import pytest; pytest.skip('no', allow_module_level=True)", "import_failed", "Skipped"),
    "patches clocks and pytest": (
        """
        import time, _pytest.runner, _pytest.outcomes
        time.perf_counter = time.monotonic = time.time = lambda: 0.0
        _pytest.runner.CallInfo.from_call = classmethod(lambda cls, *a, **k: cls(None, None, 0, 0, 0, "call"))
        import grader.check, grader.plugin, grader.verdict
        grader.verdict.judge = lambda *_: ("pass", None)
        grader.plugin._outcome = lambda *_: grader.verdict.Outcome("passed")

        def count_films(client, name):
            return -1
        """,
        "wrong_count",
        "-1",
    ),
    "hangs": (COUNTS.format("while True: pass"), "time_limit", "3 s"),
    "returns an int that equals everything": (
        """
        class Any(int):
            __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
            __hash__ = int.__hash__

        def count_films(client, name):
            return Any(-1)
        """,
        "wrong_count",
        "-1",
    ),
    "writes to every descriptor": (
        """
        import os, time

        def count_films(client, name):
            for descriptor in range(3, 256):
                try:
                    os.write(descriptor, b'{"value":{"d":{"value":7}},"arrays":[]}')
                except OSError:
                    pass
            time.sleep(600)
        """,
        "forged",
        "",
    ),
    "kills its group": (COUNTS.format("import os; os.killpg(0, 9)"), "crashed", "SIGKILL"),
    "ends its parent": (
        COUNTS.format("import os, time; os.kill(os.getppid(), 9); time.sleep(600)"),
        "crashed",
        "",
    ),
    "closes every descriptor": (COUNTS.format("import os; os.closerange(0, 256)"), "crashed", ""),
}
NEEDS_ZYGOTE = ("ends its parent",)


@needs_fork
@pytest.mark.parametrize("name", MISCHIEF)
def test_a_hostile_submission_fails_for_what_it_did_and_the_next_one_passes(
    name: str, graded: Callable[..., Run]
) -> None:
    mischief, reason, sentence = MISCHIEF[name]
    run = graded(mischief)
    last = run.verdicts[0] if name == "skips at import" else run.verdicts[-1]
    assert last.status == "fail"
    assert last.outcome.reason is not None
    assert last.outcome.reason.id == reason
    assert sentence in str(last.outcome.reason)
    assert run.exit_code(strict=False) == 1
    assert "pass" not in {v.status for v in run.verdicts if v.check.name == "counts_films"}
    assert ended(graded())["counts_films"] == ("pass", None)


def test_better_scores_than_the_true_ones_are_seen(graded: Callable[..., Run]) -> None:
    run = graded(
        """
        honest = search_films

        class Best(float):
            __sub__ = __rsub__ = lambda self, other: 0.0
            __eq__ = __ge__ = __le__ = lambda self, other: True
            __hash__ = float.__hash__

        def search_films(client, name, vector, limit):
            return [(key, Best(1.0)) for key, _ in honest(client, name, vector, limit)]
        """,
        only="search_equals_numpy",
    )
    assert ended(run)["search_equals_numpy"] == ("fail", "wrong_scores")


def test_what_is_left_behind_by_good_code_is_ended(graded: Callable[..., Run], tmp_path: Path) -> None:
    run = graded(
        f"""
        import subprocess, sys, threading, time

        honest = count_films

        def count_films(client, name):
            threading.Thread(target=time.sleep, args=[600]).start()
            left = subprocess.Popen(["sleep", "600"], start_new_session=True)
            with open({str(tmp_path / "pids")!r}, "a") as pids:
                pids.write(f"{{left.pid}}\\n")
            return honest(client, name)
        """
    )
    assert ended(run)["counts_films"] == ("pass", None)
    pids = [int(line) for line in (tmp_path / "pids").read_text().splitlines()]
    assert pids
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)
    assert not alive


def test_who_kills_milvus_fails_and_others_are_graded_on_a_new_one(
    graded: Callable[..., Run], state_dir: Path, places: Places
) -> None:
    run = graded(
        f"""
        import psutil

        def count_films(client, name):
            for process in psutil.process_iter(["cmdline"]):
                if {str(state_dir / "servers")!r} in " ".join(process.info["cmdline"] or []):
                    process.kill()
            return 7
        """
    )
    assert ended(run)["counts_films"] == ("fail", "broke_the_server")
    assert ended(graded())["counts_films"] == ("pass", None)
    assert ended(graded(COUNTS.format("return -1")))["counts_films"] == ("fail", "wrong_count")


def test_who_drops_what_is_not_theirs_fails_and_others_are_graded_on_a_new_database(
    graded: Callable[..., Run], places: Places
) -> None:
    run = graded(
        """
        def count_films(client, name):
            for database in client.list_databases():
                client.use_database(database)
                for collection in client.list_collections():
                    client.drop_collection(collection)
                if database != "default":
                    client.drop_database(database)
            return 7
        """
    )
    status, reason = ended(run)["counts_films"]
    assert (status, reason) == ("fail", "broke_the_server")
    assert ended(graded(only=None)).keys() >= {"counts_films"}
    assert {v.status for v in graded(only=None).verdicts} <= {"pass", "not_graded"}


# What is printed, and who ends the grader.


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
    assert not (clone.root / ".dojo" / "progress.json").exists()


def test_python_without_assertions_grades_nothing(clone: Clone) -> None:
    clone.put(EXERCISE, "")
    done = clone.run("grade", "1", "--backend", "lite", PYTHONOPTIMIZE="1")
    assert done.returncode == 2
    assert "PYTHONOPTIMIZE" in said(done)
    assert "Traceback" not in said(done)


# Learners' word.


def test_a_parrot_passes_no_check_of_basic_operations(launcher: Launcher, places: Places) -> None:
    assert believed(find("1.3"), launcher, places) == {}


PLANTED_CHECKS = '''
"""Checks of a planted exercise."""

from grader.check import because, check


@check("9.1")
def trusts_the_drive(submission, milvus):
    """trusts what the drive says"""
    assert submission.drive("make_and_count", milvus.endpoint(), milvus.new_name("c")) == 1, because("few", "few")


@check("9.1", evidence="claim")
def says_that_it_trusts_the_drive(submission, milvus):
    """trusts what the drive says, and is marked"""
    assert submission.drive("make_and_count", milvus.endpoint(), milvus.new_name("c")) == 1, because("few", "few")


@check("9.1")
def looks_at_the_server(submission, milvus):
    """looks at what the drive left"""
    name = milvus.new_name("c")
    submission.drive("make_and_count", milvus.endpoint(), name)
    assert milvus.client.has_collection(name), because("none", "none")
'''
PLANTED_DRIVES = """
def make_and_count(exercise, client, name):
    exercise.make(client, name)
    return len([found for found in client.list_collections() if found == name])
"""
PLANTED_SOLUTION = "def make(client, name):\n    client.create_collection(name, dimension=2)\n"


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exercise]:
    """An exercise in a tree of its own, worth three points."""
    exercise = dataclasses.replace(find("1.3"), id="9.1", stage="stage9_planted", name="planted", points=3.0)
    for module in (curriculum, session):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "checks" / exercise.stage).mkdir(parents=True)
    (tmp_path / "solutions" / exercise.stage).mkdir(parents=True)
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(ROOT / "checks" / name, tmp_path / "checks" / name)
    exercise.checks.write_text(PLANTED_CHECKS, encoding="utf-8")
    (exercise.checks.parent / "drives_01.py").write_text(PLANTED_DRIVES, encoding="utf-8")
    exercise.file("solutions").write_text(PLANTED_SOLUTION, encoding="utf-8")
    yield exercise
    for name in [name for name in sys.modules if "stage9_planted" in name]:
        del sys.modules[name]  # pytest would find the checks of one test in the next


def planted_run(exercise: Exercise, launcher: Launcher, places: Places) -> Run:
    source = Source("solutions", exercise.file("solutions"), exercise.drives)
    return grade((exercise,), {exercise.id: source}, launcher, places, opinions=Green())


def test_the_parrot_finds_the_check_that_rests_on_a_drives_word(
    planted: Exercise, launcher: Launcher, places: Places
) -> None:
    assert planted_run(planted, launcher, places).exit_code(strict=True) == 0
    assert believed(planted, launcher, places).keys() == {"trusts_the_drive"}


# Checks that aren't those of the curriculum.


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: "import pytest\npytest.skip('not today', allow_module_level=True)\n" + text,
        lambda text: text + "\nraise RuntimeError('broken')\n",
        lambda text: text.replace("@check(", "@nothing(", 1).replace(
            "from grader", "def nothing(*_):\n    return lambda f: f\nfrom grader", 1
        ),
        lambda text: text.replace("def looks_at_the_server", "def trusts_the_drive"),
        lambda text: text.replace('@check("9.1")', '@check("9.1", points=2)', 1),
    ],
    ids=["none is there", "the module skips", "the module breaks", "one is gone", "one hides another", "another sum"],
)
def test_checks_that_are_not_the_curriculums_grade_nothing(
    change: Callable[[str], str], planted: Exercise, launcher: Launcher, places: Places
) -> None:
    planted.checks.write_text(change(PLANTED_CHECKS), encoding="utf-8")
    with pytest.raises(ChecksChanged):
        planted_run(planted, launcher, places)


@pytest.mark.parametrize(
    "body",
    [
        "import pytest; pytest.skip('not today')",
        "import pytest; pytest.xfail('known')",
        "import pytest; pytest.exit('enough')",
        "raise KeyboardInterrupt",
        "assert 1 == 2",
        "raise SystemExit(0)",
    ],
    ids=lambda body: body.split("(")[0].split()[-1],
)
def test_a_check_that_does_not_finish_is_never_a_pass(
    body: str, planted: Exercise, launcher: Launcher, places: Places
) -> None:
    planted.checks.write_text(
        'from grader.check import check\n\n@check("9.1", points=3)\n'
        f'def stops(submission):\n    """stops"""\n    {body}\n',
        encoding="utf-8",
    )
    try:
        run = planted_run(planted, launcher, places)
    except (ChecksChanged, KeyboardInterrupt):
        return
    assert [v.status for v in run.verdicts] == ["fail"] or run.exit_code(strict=False) == 2
    assert "pass" not in {v.status for v in run.verdicts}


def test_a_mark_that_skips_is_no_way_out(planted: Exercise, launcher: Launcher, places: Places) -> None:
    planted.checks.write_text("import pytest\npytestmark = pytest.mark.skip\n" + PLANTED_CHECKS, encoding="utf-8")
    run = planted_run(planted, launcher, places)
    assert "pass" not in {v.status for v in run.verdicts}
    assert run.exit_code(strict=False) != 0
