"""`play` and exercises that run by themselves: prints, pdb, tracebacks of the learner's own, no kit in sight."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.curriculum import ROOT, find
from tests.clones import Clone, make_clone, said
from tests.test_watch import Typed

EXERCISE = find("1.3")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
FILE = EXERCISE.file("exercises").relative_to(ROOT)


@pytest.fixture
def clone(tmp_path: Path, state_dir: Path) -> Clone:
    assert state_dir.is_dir()
    return make_clone(tmp_path / "clone")


def by_itself(clone: Clone) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "MILVUS_URI", "PYTHONPATH")}
    command = [sys.executable, str(clone.root / FILE)]
    return subprocess.run(
        command, cwd=clone.root.parent, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_it_runs_as_a_program_and_nothing_is_graded(clone: Clone) -> None:
    clone.put(
        EXERCISE,
        "import sys, threading, time\n"
        "print(__name__, __file__ == sys.argv[0], 'args', len(sys.argv))\n"
        "assert sys.modules['__main__'].__dict__ is globals()\n"
        "threading.Thread(target=lambda: (time.sleep(0.3), print('the last thread'))).start()\n",
    )
    done = clone.run("play", "1.3")
    assert done.returncode == 0, done.stderr
    assert "Nothing is graded." in done.stdout
    assert "__main__ True args 1" in done.stdout
    assert "the last thread" in done.stdout
    assert not (clone.root / ".dojo").exists()


def test_the_stub_is_one_kind_sentence(clone: Clone) -> None:
    for done in (clone.run("play", "1.3"), by_itself(clone)):
        assert done.returncode == 1
        assert "create_collection() is not implemented yet. Replace its" in said(done)
        assert "Traceback" not in done.stdout + done.stderr


def test_a_stub_that_runs_without_milvus_is_one_kind_sentence_too(clone: Clone) -> None:
    clone.put(EXERCISE, "def f():\n    raise NotImplementedError\n\nf()\n")
    done = clone.run("play", "1.3")
    assert done.returncode == 1
    assert "f() is not implemented yet" in said(done)
    clone.put(EXERCISE, "raise NotImplementedError\n")
    assert "Line 1 of ex03_basic_operations.py isn't written yet." in said(clone.run("play", "1.3"))


def test_the_solution_is_shown_by_the_exercise(clone: Clone) -> None:
    clone.put(EXERCISE, "not Python at all")
    done = clone.run("play", "1.3", "--solution")
    assert done.returncode == 0, done.stderr
    assert "inserted 100 and counted 100" in done.stdout


def test_a_written_exercise_shows_itself_at_work(clone: Clone) -> None:
    block = EXERCISE.file("exercises").read_text(encoding="utf-8").partition("\nif __name__")[2]
    clone.put(EXERCISE, f"{SOLUTION}\n\nif __name__{block}")
    for done in (clone.run("play", "1.3"), by_itself(clone)):
        assert done.returncode == 0, done.stderr
        assert "inserted 100 and counted 100" in done.stdout


def test_a_traceback_has_only_the_learners_own_lines(clone: Clone) -> None:
    clone.put(
        EXERCISE,
        "def deeper():\n    return {}['film']\n\n"
        "def f():\n    try:\n        deeper()\n    except KeyError as error:\n"
        "        raise RuntimeError('\\x1b[2J gone') from error\n\n"
        "from fixtures.showing import demo_client\nwith demo_client() as client:\n    f()\n",
    )
    done = clone.run("play", "1.3")
    assert done.returncode == 1
    frames = [line for line in done.stderr.splitlines() if line.startswith("  File ")]
    assert len(frames) == 4
    assert all("ex03_basic_operations.py" in line for line in frames)
    assert "KeyError: 'film'" in done.stderr
    assert "RuntimeError: \\x1b[2J gone" in done.stderr
    assert "direct cause" in done.stderr


def test_a_syntax_error_shows_its_line(clone: Clone) -> None:
    clone.put(EXERCISE, "def f(:\n    pass\n")
    done = clone.run("play", "1.3")
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert "SyntaxError" in done.stderr
    assert "playing.py" not in done.stderr


@pytest.mark.parametrize(("call", "code", "text"), [("exit()", 0, ""), ("exit(7)", 7, ""), ("exit('why')", 1, "why")])
def test_exit_is_the_programs_own(clone: Clone, call: str, code: int, text: str) -> None:
    clone.put(EXERCISE, f"import sys\nsys.{call}\n")
    done = clone.run("play", "1.3")
    assert done.returncode == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_names_reset(clone: Clone) -> None:
    (clone.root / FILE).unlink()
    done = clone.run("play", "1.3")
    assert done.returncode == 2
    assert "nox -s reset -- 1.3" in said(done)


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to send there")
def test_ctrl_c_is_kind_and_stops_the_server(clone: Clone) -> None:
    clone.put(
        EXERCISE,
        "import time\nfrom fixtures.showing import demo_uri\n"
        "with demo_uri() as uri:\n    print('ready', uri, flush=True)\n    time.sleep(100)\n",
    )
    process = clone.start("play", "1.3")
    assert process.stdout is not None
    while "ready" not in (line := process.stdout.readline()):
        assert line, process.stderr
    servers = [
        p for p in psutil.process_iter(["cmdline"]) if str(line.split(":")[-1].strip()) in (p.info["cmdline"] or [])
    ]
    assert servers
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Stopped. Nothing was graded." in out
    assert "Traceback" not in out + err
    _, alive = psutil.wait_procs(servers, timeout=10)
    assert alive == []


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals there")
@pytest.mark.parametrize("through", ["grader", "nox"])
def test_pdb_works_on_a_terminal(clone: Clone, through: str) -> None:
    import pty

    clone.put(EXERCISE, "def f(secret):\n    breakpoint()\n    return secret\n\nprint('returned', f(41) + 1)\n")
    command = [sys.executable, "-m", "grader", "play", "1.3"]
    if through == "nox":
        (clone.root / ".nox").mkdir()
        (clone.root / ".nox" / "dojo").symlink_to(Path(sys.prefix))
        command = [sys.executable, "-m", "nox", "-s", "play", "--", "1.3"]
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "MILVUS_URI", "PYTHONBREAKPOINT")}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, cwd=clone.root, env=environment | {"TERM": "dumb"}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = Typed(ours)
    seen.wait_for("(Pdb)")
    assert "return secret" in seen.text
    seen.type("p secret * 2\n")
    seen.wait_for("82")
    seen.type("c\n")
    seen.wait_for("returned 42")
    assert process.wait(timeout=30) == 0


def test_leaving_pdb_is_no_traceback(clone: Clone) -> None:
    clone.put(EXERCISE, "breakpoint()\nprint('never')\n")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "play", "1.3"],
        cwd=clone.root, input="q\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "Stopped. Nothing was graded." in done.stdout
    assert "Traceback" not in done.stderr
