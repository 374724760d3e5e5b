"""What is taken from a submission: the exercises' files, from every form in which people hand in, and nothing else."""

from __future__ import annotations

import os
import struct
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom import handed as handing
from grader.classroom.handed import Handed, Refused, open_handed
from grader.classroom.intake import FILE_CAP_BYTES, commit_of, holds_exercises, take
from grader.curriculum import ROOT, find

THIRD, FIRST = find("1.3"), find("1.1")
FILE = "stage1_basics/ex03_basic_operations.py"
CODE = b"def create_collection():\n    return 1\n"


def folder(root: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    root.mkdir(exist_ok=True)
    return root


def packed(path: Path, files: dict[str, bytes]) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def taken(handed_in: Path, target: Path) -> dict[str, bytes]:
    """Return what is taken for 1.3 and 1.1, by name."""
    taken = take(open_handed(handed_in), (FIRST, THIRD), target)
    return {name: (target / name).read_bytes() for name in taken.files}


@pytest.mark.parametrize(
    "top", ["exercises/", "", "milvus-dojo-main/exercises/", "homework/stages/", "milvus-dojo-main/"]
)
@pytest.mark.parametrize("make", [folder, packed])
def test_exercises_are_found_wherever_people_put_them(
    top: str, make: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path
) -> None:
    files = {
        f"{top}{FILE}": CODE,
        f"{top}stage1_basics/ex01_environment_setup/compose.yaml": b"services: {}\n",
        f"{top}stage1_basics/my_words.py": b"WORDS = 1\n",
        f"{top}stage1_basics/plot.png": b"\x89PNG",
        f"{top}stage2_core_features/ex01_index_management.py": CODE,
        "__MACOSX/exercises/stage1_basics/._ex03_basic_operations.py": b"\0",
        ".git/config": b"[core]\n",
        "notes.txt": b"hello",
    }
    assert taken(make(tmp_path / "handed.zip", files), tmp_path / "target") == {
        FILE: CODE,
        "stage1_basics/ex01_environment_setup/compose.yaml": b"services: {}\n",
        "stage1_basics/my_words.py": b"WORDS = 1\n",
    }


@pytest.mark.parametrize("make", [folder, packed])
def test_a_file_by_itself_is_enough(make: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path) -> None:
    files = {"ex03_basic_operations.py": CODE, "ex01_environment_setup/compose.yaml": b"services: {}\n", "a.py": b""}
    found = taken(make(tmp_path / "handed.zip", files), tmp_path / "target")
    assert found == {FILE: CODE, "stage1_basics/ex01_environment_setup/compose.yaml": b"services: {}\n"}


@pytest.mark.parametrize("tree", ["solutions", "known_bad", "tests/alternatives", "checks"])
def test_what_the_kit_itself_holds_is_no_work_of_a_learners(tree: str, tmp_path: Path) -> None:
    assert taken(folder(tmp_path / "handed", {f"{tree}/{FILE}": CODE}), tmp_path / "target") == {}
    assert not holds_exercises(open_handed(tmp_path / "handed"))


@pytest.mark.parametrize("files", [{}, {"README.md": b"later"}, {"exercises/stage2_core_features/x.py": CODE}])
def test_nothing_is_taken_where_nothing_was_handed_in(files: dict[str, bytes], tmp_path: Path) -> None:
    assert taken(folder(tmp_path / "handed", files), tmp_path / "target") == {}


def test_two_copies_of_the_exercises_are_refused_by_name(tmp_path: Path) -> None:
    files = {f"one/exercises/{FILE}": CODE, f"two/exercises/{FILE}": CODE}
    with pytest.raises(Refused, match=r"twice, in one/ and in two/"):
        taken(folder(tmp_path / "handed", files), tmp_path / "target")


@pytest.mark.parametrize("link", [f"exercises/{FILE}", "exercises/stage1_basics", "exercises"])
def test_a_link_in_the_place_of_an_exercise_is_refused_and_not_followed(link: str, tmp_path: Path) -> None:
    elsewhere = folder(tmp_path / "elsewhere", {f"exercises/{FILE}": CODE})
    submission = tmp_path / "handed"
    (submission / link).parent.mkdir(parents=True)
    (submission / link).symlink_to(elsewhere / link)
    with pytest.raises(Refused, match="is a link"):
        taken(submission, tmp_path / "target")
    assert not (tmp_path / "target" / FILE).exists()


def test_other_links_and_pipes_are_left_where_they_are(tmp_path: Path) -> None:
    submission = folder(tmp_path / "handed", {f"exercises/{FILE}": CODE})
    (submission / "data").symlink_to("/etc")
    (submission / "exercises" / "round").symlink_to(submission)
    os.mkfifo(submission / "exercises" / "stage1_basics" / "pipe.py")
    assert taken(submission, tmp_path / "target") == {FILE: CODE}


def test_a_pipe_in_the_place_of_an_exercise_is_refused(tmp_path: Path) -> None:
    submission = folder(tmp_path / "handed", {"exercises/stage1_basics/ex01_environment_setup.py": CODE})
    os.mkfifo(submission / "exercises" / FILE)
    with pytest.raises(Refused, match="is a link"):
        taken(submission, tmp_path / "target")


def test_a_file_that_no_exercise_needs_is_refused_by_its_size(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", {f"exercises/{FILE}": b"#" * (FILE_CAP_BYTES + 1)})
    with pytest.raises(Refused, match=r"ex03_basic_operations\.py has more than 512 KB"):
        taken(bomb, tmp_path / "target")


def test_a_bomb_beside_the_exercises_is_never_unpacked(tmp_path: Path) -> None:
    files = {f"exercises/{FILE}": CODE, "exercises/stage1_basics/zeros.bin": bytes(50 << 20)}
    assert taken(packed(tmp_path / "bomb.zip", files), tmp_path / "target") == {FILE: CODE}


def test_a_size_that_the_archive_lies_about_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "liar.zip", {f"exercises/{FILE}": b"#" * (4 << 20)})
    content = path.read_bytes().replace(struct.pack("<I", 4 << 20), struct.pack("<I", 10))
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"damaged|more than"):
        taken(path, tmp_path / "target")


@pytest.mark.parametrize("name", ["../x.py", "/etc/x.py", "a/../../x.py", "C:/x.py", "..\\x.py", "a\\..\\x.py"])
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="leads out of its folder"):
        open_handed(packed(tmp_path / "out.zip", {f"exercises/{FILE}": CODE, name: CODE}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("other", [FILE, FILE.upper(), FILE.replace("ex03_b", "ex03_B")])
def test_two_of_one_file_are_refused(other: str, tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(FILE, CODE)
        archive.writestr(other, b"other")
    with pytest.raises(Refused, match="two of one file"):
        taken(path, tmp_path / "target")


def test_backslashes_of_windows_are_understood(tmp_path: Path) -> None:
    path = packed(tmp_path / "windows.zip", {f"exercises\\{FILE}".replace("/", "\\"): CODE})
    assert taken(path, tmp_path / "target") == {FILE: CODE}


def test_a_link_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo(f"exercises/{FILE}")
    entry.external_attr = 0o120777 << 16
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(Refused, match="is a link"):
        taken(path, tmp_path / "target")


def test_a_locked_archive_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "locked.zip", {f"exercises/{FILE}": CODE})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(Refused, match="password"):
        taken(path, tmp_path / "target")


def test_a_packing_that_costs_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lzma.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(f"exercises/{FILE}", CODE)
    with pytest.raises(Refused, match="packed in a way"):
        taken(path, tmp_path / "target")


def test_a_table_of_contents_beyond_reason_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "many.zip", {f"exercises/{FILE}": CODE})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rindex(b"PK\x05\x06") + 12, 1 << 30)
    path.write_bytes(content)
    with pytest.raises(Refused, match="more than 20000 files"):
        open_handed(path)


@pytest.mark.parametrize("make", [folder, packed])
def test_too_many_files_are_refused(
    make: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "ENTRIES_CAP", 20)
    with pytest.raises(Refused, match="more than 20 files"):
        open_handed(make(tmp_path / "many.zip", {f"{n}.txt": b"" for n in range(30)}))


@settings(deadline=None, max_examples=60)
@given(content=st.binary(max_size=400))
def test_whatever_calls_itself_a_zip_file_is_opened_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("noise") / "noise.zip"
    path.write_bytes(content)
    with pytest.raises(Refused):
        open_handed(path)


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_damaged_zip_file_is_read_or_refused(at: int, value: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("damaged")
    path = packed(place / "damaged.zip", {f"exercises/{FILE}": CODE})
    content = bytearray(path.read_bytes())
    content[at % len(content)] = value
    path.write_bytes(content)
    try:
        found = taken(path, place / "target")
    except Refused:
        return
    assert set(found.values()) <= {CODE}
    assert all((place / "target" / name).resolve().is_relative_to(place / "target") for name in found)


def test_changed_and_added_files_of_the_kit_are_told_by_name(tmp_path: Path) -> None:
    longest = max((ROOT / "fixtures").rglob("*.*"), key=lambda path: path.stat().st_size).relative_to(ROOT).as_posix()
    names = ("checks/conftest.py", "fixtures/recall.py", "curriculum.toml", longest)
    same = {name: (ROOT / name).read_bytes() for name in names}
    files = {
        **same,
        f"exercises/{FILE}": CODE,
        "grader/verdict.py": (ROOT / "grader/verdict.py").read_bytes().replace(b"\n", b"\r\n"),
        "noxfile.py": b"print(1)\n",
        "checks/stage1_basics/check_03_basic_operations.py": b"",
        "checks/stage1_basics/added.py": b"",
        "conftest.py": b"",
        "docs/notes.md": b"mine",
    }
    result = take(open_handed(folder(tmp_path / "handed", files)), (THIRD,), tmp_path / "target")
    assert result.changed == (
        "checks/stage1_basics/added.py",
        "checks/stage1_basics/check_03_basic_operations.py",
        "conftest.py",
        "noxfile.py",
    )
    assert result.files == (FILE,)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this kit has no history here")
def test_a_file_of_an_older_kit_is_no_change(tmp_path: Path) -> None:
    git = ["git", "-C", str(ROOT), "show"]
    log = ["git", "-C", str(ROOT), "log", "--format=%H", "-2", "--diff-filter=M", "--", "grader/plugin.py"]
    commits = subprocess.run(log, capture_output=True, text=True, check=True).stdout.split()
    if len(commits) < 2:
        pytest.skip("the history here is too short")
    old = subprocess.run([*git, f"{commits[1]}:grader/plugin.py"], capture_output=True, check=True).stdout
    files = {f"exercises/{FILE}": CODE, "grader/plugin.py": old, "grader/verdict.py": b"mine"}
    result = take(open_handed(folder(tmp_path / "handed", files)), (THIRD,), tmp_path / "target")
    assert result.changed == ("grader/verdict.py",)


def test_the_digest_is_that_of_what_is_graded(tmp_path: Path) -> None:
    def digest(
        name: str, files: dict[str, bytes], make: Callable[[Path, dict[str, bytes]], Path] = folder
    ) -> Mapping[str, str]:
        handed: Handed = open_handed(make(tmp_path / name, files))
        return take(handed, (THIRD,), tmp_path / f"{name}-target").digests

    one = digest("one", {f"exercises/{FILE}": CODE})
    assert digest("same.zip", {f"top/{FILE}": CODE, "other.txt": b"x"}, packed) == one
    assert digest("other", {f"exercises/{FILE}": CODE + b"\n"}) != one


def test_the_commit_of_a_checkout_is_read_without_running_git(tmp_path: Path) -> None:
    checkout = folder(tmp_path / "checkout", {f"exercises/{FILE}": CODE})
    git = ["git", "-C", str(checkout), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], check=True)
    expected = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    marker = tmp_path / "ran"
    with (checkout / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(f'[core]\n\tfsmonitor = "touch {marker}"\n')
    assert commit_of(checkout) == expected
    subprocess.run([*git, "-c", "core.fsmonitor=", "pack-refs", "--all"], check=True)
    assert commit_of(checkout) == expected
    assert not marker.exists()


@pytest.mark.parametrize("head", [b"", b"ref: refs/heads/../../../secret", b"ref: /etc/passwd", b"\xff" * 40, b"zz"])
def test_a_head_that_makes_no_sense_is_no_commit(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("0" * 40, encoding="utf-8")
    assert commit_of(folder(tmp_path / "a" / "b", {".git/HEAD": head})) == ""


def test_a_git_folder_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    folder(tmp_path / "other", {"HEAD": b"0" * 40})
    folder(tmp_path / "handed", {}).joinpath(".git").symlink_to(tmp_path / "other")
    assert commit_of(tmp_path / "handed") == ""
