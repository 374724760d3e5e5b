"""The kit's files survive a full disk, a folder without permission, and a reader at the wrong moment."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import storage
from grader.curriculum import ROOT
from grader.errors import CannotWrite
from grader.storage import append_json, read_json, remove, write_json, write_text

IN_A_LIMITED_PROCESS = """
import resource, signal, sys
from pathlib import Path
from grader.errors import CannotWrite
from grader.storage import write_text
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_text(Path(sys.argv[1]), "x" * 1_000_000)
except CannotWrite as error:
    print(error)
"""
MOUNT_AND_FILL = """
set -e
mount -t tmpfs -o size=64k none "$1"
exec "$2" - "$1" <<'END'
import sys
from pathlib import Path
from grader.errors import CannotWrite
from grader.storage import write_text
place = Path(sys.argv[1])
write_text(place / "kept.json", "old")
try:
    write_text(place / "kept.json", "x" * 1_000_000)
except CannotWrite as error:
    print(error, "|", error.remedy)
print((place / "kept.json").read_text(), [path.name for path in place.iterdir()])
END
"""


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file with text that must not be lost."""
    path = tmp_path / "kept.json"
    path.write_text("old", encoding="utf-8")
    return path


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def only_the_old(path: Path) -> bool:
    """Say whether a file has its old text and no scratch file lies beside it."""
    return path.read_text(encoding="utf-8") == "old" and [p.name for p in path.parent.iterdir()] == [path.name]


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(arguments, capture_output=True, text=True, env=environment, check=False, timeout=30)


# Writing


def test_a_file_is_replaced_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_text(path, "one")
    write_text(path, "한글 \U0001f3ac\n")
    assert path.read_text(encoding="utf-8") == "한글 \U0001f3ac\n"
    assert [p.name for p in path.parent.iterdir()] == ["c.txt"]


@pytest.mark.parametrize("broken", ["mkdir", "fsync", "replace"])
def test_a_full_disk_costs_nothing_that_was_there(kept: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    match broken:
        case "fsync":
            monkeypatch.setattr(storage.os, "fsync", failing(errno.ENOSPC))
        case "replace":
            monkeypatch.setattr(Path, "replace", failing(errno.ENOSPC))
        case "mkdir":
            monkeypatch.setattr(Path, "mkdir", failing(errno.ENOSPC))
    with pytest.raises(CannotWrite) as caught:
        write_text(kept, "new")
    assert only_the_old(kept)
    assert str(caught.value).startswith("The disk is full: ")
    assert "\n" not in str(caught.value)
    assert str(caught.value.remedy) == "Free some space, then run the same command again."


def test_an_interruption_costs_nothing_that_was_there(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(storage.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(kept, "new")
    assert only_the_old(kept)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no RLIMIT_FSIZE here")
def test_a_write_that_the_system_cuts_costs_nothing_that_was_there(kept: Path) -> None:
    done = python(sys.executable, "-c", IN_A_LIMITED_PROCESS, str(kept))
    assert done.stdout.strip() == f"{kept} can't be written: {os.strerror(errno.EFBIG)}.", done.stderr
    assert only_the_old(kept)


@pytest.mark.skipif(sys.platform != "linux", reason="a full disk of one's own needs Linux' mount namespaces")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    if python(*command, "mount", "-t", "tmpfs", "none", str(tmp_path)).returncode != 0:
        pytest.skip("this machine lets us mount no tmpfs, not even in a namespace of our own")
    done = python(*command, "sh", "-c", MOUNT_AND_FILL, "sh", str(tmp_path), sys.executable)
    said, left = done.stdout.splitlines()
    assert said.startswith("The disk is full: "), done.stderr
    assert said.endswith("| Free some space, then run the same command again.")
    assert left == "old ['kept.json']"


def test_a_folder_that_is_a_file(kept: Path) -> None:
    with pytest.raises(CannotWrite, match=r"results\.json can't be written: "):
        write_text(kept / "results.json", "new")
    assert only_the_old(kept)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such modes")
def test_a_read_only_folder(as_nobody: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept.json"
        kept.write_text("old", encoding="utf-8")
        kept.parent.chmod(0o555)
        as_nobody()
        for write in (lambda: write_text(kept, "new"), lambda: remove(kept)):
            with pytest.raises(CannotWrite) as caught:
                write()
            assert str(caught.value) == f"{kept} can't be written: {os.strerror(errno.EACCES)}."
            assert str(caught.value.remedy).startswith("Make its folder writable")
        assert only_the_old(kept)
        os.seteuid(os.getuid())
        kept.parent.chmod(0o700)


@pytest.fixture
def as_nobody() -> Iterator[Callable[[], None]]:
    """What makes this process somebody without rights where it is root, who may write everywhere."""

    def drop() -> None:
        if os.getuid() == 0:
            os.seteuid(65_534)

    yield drop
    os.seteuid(os.getuid())


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_refusal_is_one_sentence_with_a_remedy(kept: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(Path, "mkdir", failing(number))
    with pytest.raises(CannotWrite) as caught:
        write_text(kept, "new")
    assert str(caught.value) == f"{kept} can't be written: {os.strerror(number)}."
    assert str(caught.value.remedy).startswith("Make its folder writable")
    assert only_the_old(kept)


def test_a_file_of_the_clone_is_named_from_its_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", failing(errno.EACCES))
    with pytest.raises(CannotWrite, match=f"^{Path('.dojo') / 'x.json'} can't"):
        write_text(storage.DOJO / "x.json", "new")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such modes")
def test_others_may_read_what_the_kit_writes_as_any_file_of_this_user(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    write_text(tmp_path / "report", "x")
    assert (tmp_path / "report").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses to replace a file that somebody reads")
def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    texts = ["a" * 200_000, "b" * 300_000]
    write_text(path, texts[0])
    seen: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(60):
        write_text(path, texts[turn % 2])
    stop.set()
    reader.join()
    assert seen <= set(texts)


def test_writers_at_once_leave_one_whole_text(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    texts = [str(i) * 50_000 for i in range(8)]
    writers = [threading.Thread(target=write_text, args=(path, text)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_text(encoding="utf-8") in texts
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


# JSON


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(json_values)
def test_what_is_written_is_read_again(tmp_path: Path, value: object) -> None:
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json", "nothing") == value


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1', b"\xff\xfe", b"[1] [2]"])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "progress.json"
    path.write_bytes(content)
    assert read_json(path, {"fresh": True}) == {"fresh": True}


def test_a_missing_file_is_as_none(tmp_path: Path) -> None:
    assert read_json(tmp_path / "no" / "file.json", 5) == 5
    assert read_json(tmp_path, 5) == 5


def test_a_log_grows_by_lines(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "soak.jsonl"
    rows = [{"a": 1}, {"b": "line\nbreak"}, {"c": "\ud800"}]
    for row in rows:
        append_json(path, row)
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]] == rows


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_log_on_a_full_disk() -> None:
    with pytest.raises(CannotWrite, match=r"^The disk is full: /dev/full"):
        append_json(Path("/dev/full"), {"a": 1})


def test_removing_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove(tmp_path / "nothing")
    remove(tmp_path / "no" / "nothing")
