"""Planted exercises: checks that rest on the learner's word, that aren't the curriculum's, or that don't finish."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from grader import curriculum, session
from grader.curriculum import ROOT, Exercise, exercises, find
from grader.errors import ChecksChanged
from grader.places import Places
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.session import Run, grade
from infra.backends import stop_all
from tests.parrot import Green, believed


@pytest.fixture
def nowhere() -> Places:
    """Places without a server, for checks that need none."""
    spec: Places = mock.create_autospec(Places, instance=True, backend="lite", version="none")
    spec.open.side_effect = lambda _: contextlib.nullcontext()  # type: ignore[attr-defined]
    return spec


@pytest.fixture(scope="module")
def server_places(state_dir: Path) -> Iterator[Callable[[], Places]]:
    """Opens the shared full server, for exercises that milvus-lite can't show."""
    assert state_dir.is_dir()
    with contextlib.ExitStack() as opened:
        yield functools.cache(lambda: opened.enter_context(contextlib.closing(Places("server", lambda _: None))))
    stop_all()  # a 2.3.5 server that nobody uses takes a third of a core from the tests that follow


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.id)
def test_a_parrot_passes_no_check_that_is_not_marked_a_claim(
    exercise: Exercise, launcher: Launcher, places: Places, server_places: Callable[[], Places]
) -> None:
    assert believed(exercise, launcher, places if places.have(exercise.needs) else server_places()) == {}


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


CHANGES: dict[str, tuple[str, str]] = {
    "the module skips": ('"""Checks', 'import pytest; pytest.skip(\'not today\', allow_module_level=True)\n"""Checks'),
    "the module breaks": ('"""Checks', 'raise RuntimeError(\'broken\')\n"""Checks'),
    "one is gone": ('@check("9.1")\ndef looks', "def looks"),
    "one hides another": ("def looks_at_the_server", "def trusts_the_drive"),
    "one earns more": ('@check("9.1")\ndef looks', '@check("9.1", points=2)\ndef looks'),
    "one belongs elsewhere": ('@check("9.1")\ndef looks', '@check("9.2")\ndef looks'),
}


@pytest.mark.parametrize("name", CHANGES)
def test_checks_that_are_not_the_curriculums_grade_nothing(
    name: str, planted: Exercise, launcher: Launcher, nowhere: Places
) -> None:
    before, after = CHANGES[name]
    assert PLANTED_CHECKS.count(before) == 1
    planted.checks.write_text(PLANTED_CHECKS.replace(before, after), encoding="utf-8")
    with pytest.raises(ChecksChanged):
        planted_run(planted, launcher, nowhere)


@pytest.mark.parametrize("left", ["an empty module", "no module"])
def test_no_check_at_all_grades_nothing(left: str, planted: Exercise, launcher: Launcher, nowhere: Places) -> None:
    if left == "no module":
        planted.checks.unlink()
    else:
        planted.checks.write_text("", encoding="utf-8")
    with pytest.raises(ChecksChanged):
        planted_run(planted, launcher, nowhere)


# Checks that don't finish.


def planted_check(exercise: Exercise, body: str, marks: str = "") -> None:
    exercise.checks.write_text(
        "import pytest\nfrom grader.check import check, because\n\nclass Boom(BaseException): pass\n\n"
        f'{marks}\n@check("9.1", points=3)\ndef stops():\n    """stops"""\n    {body}\n',
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("pytest.skip('not today')", ""),
        ("pytest.xfail('known')", ""),
        ("pytest.exit('enough')", ""),
        ("pytest.fail('no reason')", ""),
        ("assert 1 == 2", ""),
        ("raise SystemExit(0)", ""),
        ("raise Boom", ""),
        ("pass", "pytestmark = pytest.mark.skip"),
        ("pass", "@pytest.fixture(autouse=True)\ndef skips():\n    pytest.skip('no')\n"),
        ("pass", "@pytest.fixture(autouse=True)\ndef breaks():\n    yield\n    raise Boom\n"),
        ("pass", "@pytest.fixture(autouse=True)\ndef asks(nobody_has_this):\n    pass\n"),
    ],
    ids=lambda text: text.splitlines()[-1].strip() if text else "",
)
def test_a_check_that_does_not_finish_is_not_graded(
    body: str, marks: str, planted: Exercise, launcher: Launcher, nowhere: Places
) -> None:
    planted_check(planted, body, marks)
    run = planted_run(planted, launcher, nowhere)
    assert [v.status for v in run.verdicts] == ["not_graded"]
    assert run.exit_code(strict=False) == 2


@pytest.mark.parametrize("mark", ["", "@pytest.mark.xfail\n", "@pytest.mark.xfail(strict=False, run=False)\n"])
def test_a_check_that_says_why_it_fails_fails_whatever_marks_it_has(
    mark: str, planted: Exercise, launcher: Launcher, nowhere: Places
) -> None:
    planted_check(planted, "assert not 1, because('why', 'why')", mark)
    run = planted_run(planted, launcher, nowhere)
    assert run.exit_code(strict=False) != 0
    assert [v.status for v in run.verdicts] == ["not_graded" if "run=False" in mark else "fail"]


def test_an_interrupt_ends_the_run_without_a_verdict(planted: Exercise, launcher: Launcher, nowhere: Places) -> None:
    planted_check(planted, "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        planted_run(planted, launcher, nowhere)
