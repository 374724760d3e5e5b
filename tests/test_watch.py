"""`watch`: a verdict for every save, the newest one, whatever the editor does; and nothing is left behind."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pymilvus import MilvusClient

from grader import curriculum
from grader.curriculum import ROOT, Exercise, find
from grader.saves import WHOLE_S, Saves
from infra.backends import shared_server, stop_all
from tests.clones import Clone, make_clone

EXERCISE = find("1.3")
STUB = EXERCISE.file("exercises").read_text(encoding="utf-8")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
MISCOUNTS = SOLUTION + "\n\ndef count_films(client, name):\n    return 1\n"
CHECKING = "· Checking 1.3 Basic operations …"
PASSES = "✓ 1.3 passes."
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")


@pytest.fixture
def clone(tmp_path: Path, state_dir: Path) -> Clone:
    assert state_dir.is_dir()
    return make_clone(tmp_path / "clone")


class Watching:
    """A `watch` that runs, and the lines that it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, text: str, after: int = 0, seconds: float = 60) -> int:
        """Return the place of the first line with a text, from a place on."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for place, line in enumerate(self.lines[after:], after):
                if text in line:
                    return place
            time.sleep(0.02)
        raise AssertionError(f"no {text!r} after line {after} of:\n" + "\n".join(self.lines))

    def family(self) -> list[psutil.Process]:
        """Return every process that came out of it and lives in no session of its own server."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> int:
        """Press Ctrl-C, wait for the end, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=20)
        self._reader.join(timeout=10)
        return code


@contextlib.contextmanager
def watching(clone: Clone, *arguments: str, **variables: str) -> Iterator[Watching]:
    """Watch until the end of a block, with the first verdict there already."""
    running = Watching(clone.start("watch", *arguments, "--backend", "lite", **variables))
    try:
        running.wait_for("points")
        running.wait_for("Save your file")
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()


def file_in(clone: Clone) -> Path:
    return clone.root / EXERCISE.file("exercises").relative_to(ROOT)


def in_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def by_rename(file: Path, text: str) -> None:
    """As `sed -i` and PyCharm's safe write do."""
    other = file.with_name(file.name + "___jb_tmp___")
    other.write_text(text, encoding="utf-8")
    other.replace(file)


def as_vim(file: Path, text: str) -> None:
    """Vim with a backup: the file is renamed, written anew, and the old one deleted."""
    (file.parent / "4913").touch()
    (file.parent / "4913").unlink()
    backup = file.with_name(file.name + "~")
    file.rename(backup)
    time.sleep(0.05)
    with file.open("w", encoding="utf-8") as stream:
        stream.flush()
        time.sleep(0.05)
        stream.write(text)
    backup.unlink()


def as_safe_write(file: Path, text: str) -> None:
    """Through a backup and a rename, with a moment in which there is no file."""
    new, old = file.with_name("new___jb_tmp___"), file.with_name("old___jb_old___")
    new.write_text(text, encoding="utf-8")
    file.rename(old)
    time.sleep(0.1)
    new.rename(file)
    old.unlink()


def twice(file: Path, text: str) -> None:
    file.write_text("def create_collection(", encoding="utf-8")
    file.write_text(text, encoding="utf-8")


def halves(file: Path, text: str) -> None:
    """Slowly: what is there in between is half a file, and may be graded as such."""
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text[: len(text) // 2])
        stream.flush()
        time.sleep(0.4)
        stream.write(text[len(text) // 2 :])


@forks
def test_every_way_of_saving_ends_in_the_verdict_of_what_was_saved(clone: Clone) -> None:
    file = file_in(clone)
    with watching(clone, "1.3") as running:
        assert "create_collection() is not implemented yet" in "\n".join(running.lines)
        for save in (in_place, by_rename, as_vim, as_safe_write, twice, halves):
            for text, sign in ((MISCOUNTS, "count_films() returned 1"), (SOLUTION, PASSES)):
                before = len(running.lines)
                save(file, text)
                running.wait_for(CHECKING, before, seconds=5)
                running.wait_for(sign, before)
                wanted = "Save your file" if text == MISCOUNTS else "has passed"
                running.wait_for(wanted, before)
                begun = [line for line in running.lines[before:] if CHECKING in line]
                assert len(begun) == 1 or save == halves, save
        assert running.stop() == 0


@forks
def test_what_stands_beside_the_file_is_no_save(clone: Clone) -> None:
    file = file_in(clone)
    with watching(clone, "1.3") as running:
        before = len(running.lines)
        for name in (f".{file.name}.swp", f"{file.name}~", "4913", f"#{file.name}#", f".#{file.name}", "notes.py"):
            file.with_name(name).write_text("x", encoding="utf-8")
        (file.parent / "__pycache__").mkdir(exist_ok=True)
        time.sleep(1)
        assert running.lines[before:] == []


@forks
def test_the_newest_save_counts_and_an_ended_run_leaves_nothing(clone: Clone) -> None:
    with watching(clone, "1.3") as running:
        before = len(running.lines)
        clone.put(EXERCISE, SOLUTION)
        running.wait_for(CHECKING, before)
        time.sleep(0.6)  # in the middle of a run that takes longer than a second
        clone.put(EXERCISE, MISCOUNTS)
        running.wait_for("count_films() returned 1", before)
        running.wait_for("Save your file", before)
        assert PASSES not in "\n".join(running.lines)
        assert len([line for line in running.lines[before:] if "points" in line]) == 1
        assert clone.results()["exit_code"] == 1
        assert running.stop() == 0
    client = MilvusClient(uri=shared_server("lite").uri)
    assert [name for name in client.list_databases() if name.startswith("dojo_")] == []
    client.close()


@forks
def test_a_burst_of_saves_ends_in_the_last_verdict(clone: Clone) -> None:
    with watching(clone, "1.3") as running:
        before = len(running.lines)
        for number in range(12):
            clone.put(EXERCISE, SOLUTION + f"\n# {number}\n")
            time.sleep(0.13)
        clone.put(EXERCISE, MISCOUNTS)
        running.wait_for("Save your file", before)
        assert "count_films() returned 1" in "\n".join(running.lines[before:])
        assert PASSES not in "\n".join(running.lines)


@forks
def test_a_deleted_file_is_said_and_its_return_is_a_save(clone: Clone) -> None:
    with watching(clone, "1.3") as running:
        before = len(running.lines)
        file_in(clone).unlink()
        running.wait_for("isn't there", before)
        running.wait_for("Save your file", before)
        before = len(running.lines)
        clone.put(EXERCISE, SOLUTION)
        running.wait_for(PASSES, before)


@forks
def test_a_server_that_stopped_meanwhile_is_started_again(clone: Clone) -> None:
    with watching(clone, "1.3") as running:
        stop_all()
        before = len(running.lines)
        clone.put(EXERCISE, SOLUTION)
        running.wait_for("Starting Milvus (lite).", before)
        running.wait_for(PASSES, before)


@forks
def test_ctrl_c_is_one_line_and_code_0_and_nothing_stays(clone: Clone) -> None:
    with watching(clone, "1.3") as running:
        running.wait_for("Save your file")
        clone.put(EXERCISE, SOLUTION)
        running.wait_for(CHECKING, len(running.lines))
        family = running.family()
        assert running.stop() == 0
        assert running.lines[-1].startswith("No longer watching.")
        assert "Traceback" not in "\n".join(running.lines)
        assert running.process.stderr is not None
        assert running.process.stderr.read() == ""
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


@forks
def test_killed_watching_leaves_nothing_either(clone: Clone) -> None:
    with watching(clone, "1.3") as running:
        family = running.family()
        assert family, "zygotes for the runs to come"
        running.process.kill()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []


def test_without_fork_it_watches_too(clone: Clone) -> None:
    with watching(clone, "1.3", DOJO_NO_FORK="1") as running:
        clone.put(EXERCISE, SOLUTION)
        place = running.wait_for(CHECKING, running.wait_for("Save your file"))
        time.sleep(0.3)
        clone.put(EXERCISE, MISCOUNTS)
        running.wait_for("count_films() returned 1", place)
        running.wait_for("Save your file", place)
        assert PASSES not in "\n".join(running.lines)
        assert running.stop() == 0


def test_an_unknown_exercise_or_backend_is_said_once(clone: Clone) -> None:
    for arguments in (["9.9"], ["1.3", "--backend", "magic"]):
        done = clone.run("watch", *arguments)
        assert done.returncode == 2
        assert "There is no" in done.stdout
        assert "Checking" not in done.stdout


@forks
def test_the_whole_curriculum_begins_with_the_first_open_exercise(clone: Clone) -> None:
    first = curriculum.exercises()[0]
    with watching(clone) as running:
        assert f"Checking {first.id} {first.title} …" in "\n".join(running.lines)
        before = len(running.lines)
        clone.put(EXERCISE, SOLUTION)
        running.wait_for(PASSES, before)
        if first != EXERCISE:
            place = running.wait_for("Next: ", before)
            assert "Open exercises/" in " ".join(running.lines[place:])


@forks
def test_ctrl_c_through_nox_is_code_0(clone: Clone) -> None:
    (clone.root / ".nox").mkdir()
    (clone.root / ".nox" / "dojo").symlink_to(Path(sys.prefix))
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "MILVUS_URI")}
    command = [sys.executable, "-m", "nox", "-s", "watch", "--", "1.3", "--backend", "lite"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(
        command,
        cwd=clone.root,
        env=environment,
        text=True,
        start_new_session=True,
        **pipes,  # type: ignore[call-overload]
    )
    running = Watching(process)
    running.wait_for("Save your file")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to everything in the foreground
    assert process.wait(timeout=20) == 0
    running.wait_for("No longer watching.")
    assert "Traceback" not in "\n".join(running.lines)


# Keys, on a terminal


@forks
def test_keys_tell_a_hint_and_end_watching(clone: Clone) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "MILVUS_URI")}
    command = [sys.executable, "-m", "grader", "watch", "1.3", "--backend", "lite"]
    process = subprocess.Popen(
        ["setsid", "--ctty", *command] if shutil.which("setsid") else command,
        cwd=clone.root,
        env=environment | {"TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = Typed(ours)
    seen.wait_for("h and Enter")
    seen.type("h\n")
    seen.wait_for("1.3, hint 1 of ")
    seen.type("q\n")
    seen.wait_for("No longer watching.")
    assert process.wait(timeout=20) == 0
    assert "Traceback" not in seen.text


class Typed:
    """Our end of a pseudo-terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.text = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the other end is gone
            while heard := os.read(self._descriptor, 4096):
                self.text += heard.decode(errors="replace")

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def wait_for(self, text: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while text not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.text):
            assert time.monotonic() < deadline, f"no {text!r} in {self.text!r}"
            time.sleep(0.02)


# Looking


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    """An exercise with a folder beside its file, in a tree of its own."""
    monkeypatch.setattr(curriculum, "ROOT", tmp_path)
    made = dataclasses.replace(EXERCISE, files=("values.yaml", "deep/rules.yaml"))
    for path in made.paths("exercises"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text", encoding="utf-8")
    return made


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_save_of_any_file_of_an_exercise_is_seen_once(exercise: Exercise, number: int) -> None:
    saves = Saves((exercise,))
    assert saves.look() == []
    exercise.paths("exercises")[number].write_text("other", encoding="utf-8")
    assert saves.look() == [exercise]
    assert saves.look() == []


@pytest.mark.parametrize("break_it", [Path.unlink, lambda path: path.write_text("")], ids=["missing", "empty"])
def test_a_file_that_is_about_to_be_written_is_waited_for(exercise: Exercise, break_it: Callable[[Path], None]) -> None:
    saves, path = Saves((exercise,)), exercise.file("exercises")
    break_it(path)
    assert saves.look() == []
    path.write_text("written", encoding="utf-8")
    assert saves.look() == [exercise]
    break_it(path)
    assert saves.look() == []
    time.sleep(WHOLE_S + 0.1)
    assert saves.look() == [exercise]


def test_a_folder_that_comes_later_is_seen(exercise: Exercise) -> None:
    folder = exercise.file("exercises").with_suffix("")
    shutil.rmtree(folder)
    saves = Saves((exercise,))
    for path in exercise.paths("exercises")[1:]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text", encoding="utf-8")
    assert saves.look() == [exercise]


def test_looking_takes_a_small_share_of_the_time(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    saves = Saves((exercise,))
    saves.look()
    usual = saves.interval_s
    monkeypatch.setattr("grader.saves._fingerprint", lambda _: (time.sleep(0.02), "1:1:1")[1])
    saves.look()
    assert usual < 0.05
    assert saves.interval_s > 1
