"""A class that is graded in a container: on a real Docker, with a real bubblewrap in it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.classroom import contained
from grader.classroom.stored import read_class
from grader.curriculum import find
from grader.errors import KitError
from grader.runner import sandbox
from tests.clones import said
from tests.docker_here import require_image

EXERCISE = find("1.3")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
SPIES = f"""
from pathlib import Path

def insert_films(*_):
    raise RuntimeError(Path({str(EXERCISE.file("solutions"))!r}).read_text())
"""


def hand_in(folder: Path, text: str) -> None:
    """Write a submission of 1.3."""
    (folder / EXERCISE.stage).mkdir(parents=True)
    (folder / EXERCISE.stage / f"{EXERCISE.stem}.py").write_text(text, encoding="utf-8")


def borrowed(line: list[str], image: str) -> list[str]:
    """Return a command line with this machine's programs and packages in place of those of an image."""
    place = line.index(image)
    folders = {"/usr", sys.base_prefix, str(Path(sys.executable).parents[1])}
    mounts = [f"--mount=type=bind,source={folder},target={folder},readonly" for folder in sorted(folders)]
    fixed = ["--user=0", "--entrypoint=", "--env=DOJO_STATE_DIR=/state", "--volume=/state", "--env=LD_LIBRARY_PATH="]
    rest = [sys.executable if word == "python" else word for word in line[place:]]
    return [*line[:place], *mounts, *fixed, *rest]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that isn't pytest's: the pytest in the container would tidy up among those."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_learner_code_is_kept_apart_in_there_too(place: Path) -> None:
    """The programs are this machine's; what an image brings instead is built by infra/images/kit.Dockerfile."""
    image = require_image()
    handed_in, out = place / "in, here", place / "out"
    hand_in(handed_in / "ada", SOLUTION)
    hand_in(handed_in / "spy", SOLUTION + SPIES)
    out.mkdir()
    line = contained.command(image, contained.container_name(out), [handed_in], out)
    arguments = ["autograde", str(handed_in), "--only=1.3", "--backend=lite", f"--out={out}"]
    done = subprocess.run([*borrowed(line, image), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, said(done)
    class_ = read_class(out)
    assert class_ is not None
    assert class_.info.isolation == "bubblewrap"
    ada, spy = (outcome.results for outcome in class_.outcomes)
    assert ada is not None
    assert spy is not None
    assert {check["status"] for row in ada["exercises"] for check in row["checks"]} <= {"pass", "not_graded"}
    assert ada["exercises"][0]["earned"] > spy["exercises"][0]["earned"]
    told = " ".join(str(check["message"]) for row in spy["exercises"] for check in row["checks"])
    assert "FileNotFoundError" in told
    assert "def insert_films" not in told


def test_a_class_that_a_container_writes_is_written_by_no_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = require_image()
    monkeypatch.setattr(contained, "_image", lambda *_: image)
    name = contained.container_name(tmp_path)
    keeps = ["docker", "run", "--rm", "--detach", f"--name={name}", "--network=none", image, "sleep", "60"]
    subprocess.run(keeps, capture_output=True, check=True)
    try:
        with pytest.raises(KitError) as caught:
            contained.grade_in_container(["autograde"], [], tmp_path, "grader", lambda _: None)
    finally:
        subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=True)
    assert f"docker stop {name}" in str(caught.value.remedy)


def test_in_a_container_no_other_one_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contained.INSIDE, "1")
    assert not contained.has_docker()


def test_the_remedy_names_both_ways() -> None:
    for remedy in (sandbox._REMEDY, sandbox._ELSEWHERE):
        assert "Docker" in str(remedy)
        assert "--trust-submissions" in str(remedy)
