"""`hint`, `reset`, `reveal` and `progress`, as a learner meets them, also where files are odd or the disk is full."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader import curriculum, hints, progress, resetting, stubs
from grader.curriculum import ROOT, Exercise, exercises, find
from grader.errors import CannotWrite, KitError
from tests.clones import Clone, make_clone, said

EXERCISE = find("1.3")
STUB = EXERCISE.file("exercises").read_text(encoding="utf-8")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
PASSED = {"1.3": {"earned": 12.0, "points": 15.0, "not_graded": 3.0, "backend": "lite", "milvus": "3.2.2",
                  "at": "2026-01-02T03:04:05+00:00",
                  "passed": {"backend": "lite", "milvus": "3.2.2", "at": "2026-01-02T03:04:05+00:00"}}}  # fmt: skip
OPEN = {"1.3": {**PASSED["1.3"], "earned": 7.0, "at": "2026-02-02T03:04:05+00:00"}}
del OPEN["1.3"]["passed"]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return make_clone(tmp_path / "clone")


def dojo(clone: Clone, name: str, content: object) -> Path:
    """Write a file of `.dojo`."""
    path = clone.root / ".dojo" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def file_in(clone: Clone) -> Path:
    return clone.root / EXERCISE.file("exercises").relative_to(ROOT)


def kept(clone: Clone) -> list[Path]:
    return sorted(path for path in (clone.root / ".dojo" / "kept").rglob("*") if path.is_file())


# Hints


def test_hints_come_one_by_one_and_then_all_again(clone: Clone) -> None:
    count = len(EXERCISE.hints)
    for number in range(1, count + 1):
        printed = said(clone.run("hint", "1.3"))
        assert f"1.3, hint {number} of {count}" in printed
        assert printed.count(", hint ") == 1
        assert " ".join(EXERCISE.hints[number - 1].split()) in printed
        assert ("The next one" in printed) == (number < count)
    printed = said(clone.run("hint", "1.3"))
    assert printed.count(", hint ") == count
    assert json.loads((clone.root / ".dojo" / "hints.json").read_text()) == {"1.3": count}


def test_all_hints_at_once(clone: Clone) -> None:
    done = clone.run("hint", "1.3", "--all")
    assert done.returncode == 0
    assert said(done).count(", hint ") == len(EXERCISE.hints)


def test_a_hint_without_an_id_is_for_the_exercise_graded_last(clone: Clone) -> None:
    assert f"{exercises()[0].id}, hint 1 of" in said(clone.run("hint"))
    dojo(clone, "progress.json", OPEN)
    assert "1.3, hint 1 of" in said(clone.run("hint"))


@pytest.mark.parametrize(
    "content", ["{not json", "[1, 2]", '{"1.3": "many"}', '{"1.3": -5}', '{"1.3": null, "7.7": 3}']
)
def test_odd_hint_files_do_no_harm(clone: Clone, content: str) -> None:
    dojo(clone, "hints.json", content)
    done = clone.run("hint", "1.3")
    assert done.returncode == 0
    assert "1.3, hint 1 of" in said(done)
    everything = "".join(path.read_text() for path in (clone.root / ".dojo").glob("hints*"))
    assert "not json" in everything or "not json" not in content
    assert '"7.7": 3' in everything or "7.7" not in content


def test_an_unknown_exercise_lists_those_that_are(clone: Clone) -> None:
    for command in ("hint", "reset", "reveal", "play"):
        done = clone.run(command, "9.9")
        assert done.returncode == 2
        assert "There is no exercise 9.9. There are:" in said(done)


# Reset


def test_the_stub_comes_back_and_the_work_is_kept(clone: Clone) -> None:
    clone.put(EXERCISE, "my work\n")
    done = clone.run("reset", "1.3")
    assert done.returncode == 0
    assert file_in(clone).read_text(encoding="utf-8") == STUB
    (work,) = kept(clone)
    assert work.read_text() == "my work\n"
    command = next(line.strip() for line in done.stdout.splitlines() if line.startswith("  cp "))
    subprocess.run(command, shell=True, cwd=clone.root, check=True)
    assert file_in(clone).read_text() == "my work\n"


def test_an_untouched_stub_is_left_alone(clone: Clone) -> None:
    before = file_in(clone).stat().st_mtime_ns
    done = clone.run("reset", "1.3")
    assert done.returncode == 0
    assert "untouched stub already" in done.stdout
    assert file_in(clone).stat().st_mtime_ns == before
    assert not (clone.root / ".dojo").exists()


def test_work_is_never_overwritten_by_later_work(clone: Clone) -> None:
    for text in ("one", "two", "three"):
        clone.put(EXERCISE, text)
        assert clone.run("reset", "1.3").returncode == 0
    assert sorted(path.read_text() for path in kept(clone)) == ["one", "three", "two"]


def test_a_missing_file_comes_back(clone: Clone) -> None:
    file_in(clone).unlink()
    assert "nothing to keep" in said(clone.run("reset", "1.3"))
    assert file_in(clone).read_text(encoding="utf-8") == STUB


def test_a_folder_in_its_place_is_moved(clone: Clone) -> None:
    file_in(clone).unlink()
    file_in(clone).mkdir()
    (file_in(clone) / "notes.txt").write_text("notes")
    assert clone.run("reset", "1.3").returncode == 0
    assert file_in(clone).read_text(encoding="utf-8") == STUB
    assert [path.read_text() for path in kept(clone)] == ["notes"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_what_a_link_leads_to_is_kept_and_untouched(clone: Clone, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.py"
    target.write_text("linked work")
    file_in(clone).unlink()
    file_in(clone).symlink_to(target)
    assert clone.run("reset", "1.3").returncode == 0
    assert not file_in(clone).is_symlink()
    assert file_in(clone).read_text(encoding="utf-8") == STUB
    assert target.read_text() == "linked work"
    assert [path.read_text() for path in kept(clone)] == ["linked work"]
    file_in(clone).unlink()
    file_in(clone).symlink_to(tmp_path / "nowhere")
    assert clone.run("reset", "1.3").returncode == 0
    assert file_in(clone).read_text(encoding="utf-8") == STUB
    assert not (tmp_path / "nowhere").exists()


def test_no_git_is_needed(clone: Clone) -> None:
    clone.put(EXERCISE, "my work\n")
    assert clone.run("reset", "1.3", PATH="").returncode == 0
    assert file_in(clone).read_text(encoding="utf-8") == STUB


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    """An exercise of several files, in a tree of its own, with its pristine copies."""
    for module in (curriculum, stubs, resetting):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(resetting, "KEPT", tmp_path / ".dojo" / "kept")
    made = dataclasses.replace(EXERCISE, files=("values.yaml", "deep/rules.yaml"))
    copies = {path.relative_to(tmp_path).as_posix(): f"stub of {path.name}\n" for path in made.paths("exercises")}
    monkeypatch.setattr(stubs, "_copies", lambda: copies)
    for path in made.paths("exercises"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"work in {path.name}\n")
    return made


def texts(exercise: Exercise) -> list[str]:
    return [path.read_text() for path in exercise.paths("exercises")]


def test_all_files_of_an_exercise_come_back(folders: Exercise) -> None:
    folders.paths("exercises")[1].write_text("stub of values.yaml\n")
    (folders.file("exercises").with_suffix("") / "mine.txt").write_text("mine")
    place = resetting.reset(folders)
    assert place is not None
    assert [text.split()[0] for text in texts(folders)] == ["stub"] * 3
    found = {p.relative_to(place).as_posix(): p.read_text() for p in place.rglob("*") if p.is_file()}
    assert found == {
        f"{folders.stem}.py": f"work in {folders.stem}.py\n",
        f"{folders.stem}/deep/rules.yaml": "work in rules.yaml\n",
    }
    assert (folders.file("exercises").with_suffix("") / "mine.txt").read_text() == "mine"
    assert resetting.reset(folders) is None


def test_a_file_where_the_folder_was_is_moved(folders: Exercise) -> None:
    folder = folders.file("exercises").with_suffix("")
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    folder.write_text("not a folder")
    place = resetting.reset(folders)
    assert place is not None
    assert (place / folder.name).read_text() == "not a folder"
    assert [text.split()[0] for text in texts(folders)] == ["stub"] * 3


@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize(
    "trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "ctrl-c"]
)
def test_an_end_in_the_middle_loses_no_work(
    folders: Exercise, monkeypatch: pytest.MonkeyPatch, step: int, trouble: BaseException, tmp_path: Path
) -> None:
    """Each write to the disk in turn fails; afterwards every piece of work is in its place or kept."""
    steps = iter(range(100))

    def failing(function: Any) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            if next(steps) == step:
                raise trouble
            return function(*args, **named)

        return call

    monkeypatch.setattr(os, "fsync", failing(os.fsync))  # each copy and each new file goes through here
    monkeypatch.setattr(Path, "replace", failing(Path.replace))
    works = {f"work in {path.name}\n" for path in folders.paths("exercises")}
    with pytest.raises((CannotWrite, KeyboardInterrupt)):
        resetting.reset(folders)
    there = {path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert works <= there
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()], "no scratch files"
    monkeypatch.undo()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_stays(folders: Exercise) -> None:
    folders.file("exercises").chmod(0)
    with pytest.raises(KitError):
        resetting.reset(folders)


def test_an_exercise_without_copy_is_said(folders: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stubs, "_copies", dict)
    with pytest.raises(KitError, match="has no copy of exercise 1\\.3"):
        resetting.reset(folders)
    assert [text.split()[0] for text in texts(folders)] == ["work"] * 3


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.id)
def test_the_pristine_copies_are_fresh(exercise: Exercise) -> None:
    """What git has as it stands, and a stub, must be the copy; what a learner has edited or committed says nothing."""
    for path, copy in stubs.stub(exercise).items():
        name = path.relative_to(ROOT).as_posix()
        shown = subprocess.run(["git", "show", f"HEAD:{name}"], cwd=ROOT, capture_output=True, check=False)
        text = shown.stdout.decode()
        is_stub = "raise NotImplementedError" in text or "TODO(dojo)" in text
        if shown.returncode == 0 and is_stub and path.is_file() and path.read_text(encoding="utf-8") == text:
            assert copy == text, "run python -m grader.stubs"


# Reveal


def test_the_solution_opens_after_a_pass(clone: Clone) -> None:
    done = clone.run("reveal", "1.3")
    assert done.returncode == 1
    assert "1.3 stands at 0 of 15 points" in said(done)
    assert "nox -s hint -- 1.3" in said(done)
    dojo(clone, "progress.json", OPEN)
    done = clone.run("reveal", "1.3")
    assert done.returncode == 1
    assert "7 of 15 points" in said(done)
    assert "def create_collection" not in done.stdout
    dojo(clone, "progress.json", PASSED)
    clone.put(EXERCISE, SOLUTION.replace('metric_type="COSINE"', 'metric_type="IP"'))
    done = clone.run("reveal", "1.3")
    assert done.returncode == 0
    assert "The solution: solutions/stage1_basics/ex03_basic_operations.py" in done.stdout
    assert '-    index.add_index("embedding", index_type="AUTOINDEX", metric_type="IP")' in done.stdout
    assert '+    index.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")' in done.stdout
    assert "\x1b" not in done.stdout
    assert "\x1b[3" in clone.run("reveal", "1.3", FORCE_COLOR="1", TERM="xterm").stdout
    clone.put(EXERCISE, SOLUTION)
    assert "Yours says the same." in clone.run("reveal", "1.3").stdout


def test_hostile_text_does_nothing_to_the_terminal(clone: Clone) -> None:
    dojo(clone, "progress.json", PASSED)
    hostile = "# \x1b[2J\x1b]0;owned\x07 \x9b31m \r \x85 \u2028 \u202e [red]x[/red]\n"
    file_in(clone).write_bytes(hostile.encode() + b"\xff\xfe\x00\n")
    done = clone.run("reveal", "1.3")
    assert done.returncode == 0
    assert [c for c in done.stdout if c != "\n" and not c.isprintable()] == []
    assert "\\x1b[2J" in done.stdout
    assert "[red]x[/red]" in done.stdout


@pytest.mark.parametrize("case", ["missing", "folder", "long"])
def test_what_cannot_be_compared_is_said(clone: Clone, case: str) -> None:
    dojo(clone, "progress.json", PASSED)
    file_in(clone).unlink()
    if case == "folder":
        file_in(clone).mkdir()
    if case == "long":
        clone.put(EXERCISE, "x = 1\n" * 100_000)
    done = clone.run("reveal", "1.3")
    assert done.returncode == 0
    assert "can't be compared" in done.stdout


# Progress


def test_progress_shows_points_passes_hints_and_what_comes_next(clone: Clone) -> None:
    dojo(clone, "progress.json", PASSED)
    dojo(clone, "hints.json", {"1.3": 2})
    done = clone.run("progress")
    assert done.returncode == 0
    assert "Stage 1 · Basics" in done.stdout
    assert "✓ 1.3 Basic operations" in done.stdout
    assert "12/15" in done.stdout
    assert "3 not graded · passed on lite (3.2.2), 2026-01-02 · hints: 2 of 6" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "file://" not in line) <= 80
    following = exercises()[exercises().index(EXERCISE) + 1]
    assert f"Next: nox -s stage{following.id[0]} -- {following.id}" in done.stdout


@pytest.mark.parametrize(
    "content",
    ["{not json", "[]", "null", '{"1.3": []}', '{"1.3": {"earned": "x", "passed": true, "at": 3}}',
     '{"format": 9, "exercises": {"1.3": {"passed": {}}}}', "\x00\x01"],
)  # fmt: skip
def test_odd_progress_neither_crashes_nor_is_destroyed(clone: Clone, content: str, state_dir: Path) -> None:
    assert state_dir.is_dir()
    path = dojo(clone, "progress.json", content)
    for command in (["progress"], ["hint", "1.3"], ["reveal", "1.3"]):
        done = clone.run(*command)
        assert done.returncode in (0, 1)
        assert "Traceback" not in done.stdout + done.stderr
    assert path.read_text() == content
    assert clone.run("grade", "1", "1.3", "--backend", "lite").returncode == 1
    assert json.loads(path.read_text())["1.3"]["earned"] == 0
    if not content.startswith('{"format"') and '"earned"' not in content:
        assert content in [other.read_text() for other in path.parent.glob("progress.unreadable-*.json")]
    if '"format"' in content:
        assert json.loads(path.read_text())["exercises"] == {"1.3": {"passed": {}}}


def test_the_next_open_exercise_comes_after_this_one_first(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (dataclasses.replace(EXERCISE, id=f"1.{number}") for number in (1, 2, 3))
    passed = {"1.2"}
    monkeypatch.setattr(progress, "standing", lambda e: progress.Standing(passed_at="now" if e.id in passed else ""))
    every = (one, two, three)
    assert progress.next_open(None, every) == one
    assert progress.next_open(one, every) == three
    assert progress.next_open(three, every) == one
    passed |= {"1.1", "1.3"}
    assert progress.next_open(one, every) is None


def test_hints_that_were_taken_out_of_the_curriculum_count_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "FILE", tmp_path / "hints.json")
    hints.FILE.write_text('{"1.3": 99}')
    assert hints.told(EXERCISE) == len(EXERCISE.hints)
    assert hints.tell(dataclasses.replace(EXERCISE, hints=())) == ()
