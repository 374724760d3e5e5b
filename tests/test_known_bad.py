"""Known-bad submissions: what their headers say, and that a mistake laid over the solution is the one that runs."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path
from typing import Any

import pytest

from grader import curriculum, known_bad
from grader.curriculum import Exercise, exercises
from grader.known_bad import BadHeader, KnownBad, known_bads

HEADER = '''"""The index has the metric IP,
as many tutorials do.

rejected by: searches
because: inner_product
on: {on}
"""
'''
EXERCISE = Exercise("1.1", "stage1_x", "y", "Y", 1, ("correctness",), frozenset(), (), (), (), 20, 1024)
WITH_FILES = dataclasses.replace(EXERCISE, files=("compose.yaml", "rules/alerts.json"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one solution, to which a test adds a known-bad file."""
    monkeypatch.setattr(curriculum, "ROOT", tmp_path)
    monkeypatch.setattr(known_bad, "ROOT", tmp_path)
    solution = tmp_path / "solutions" / "stage1_x" / "ex01_y.py"
    solution.parent.mkdir(parents=True)
    solution.write_text(
        '"""The solution."""\n\nfrom __future__ import annotations\n\nLIMIT = 60\n\n\n'
        "def cut(text: str) -> str:\n    return text[:LIMIT]\n\n\n"
        "def store(texts: list[str]) -> list[str]:\n    return [cut(text) for text in texts]\n",
        encoding="utf-8",
    )
    (tmp_path / "known_bad" / "stage1_x" / "ex01_y").mkdir(parents=True)
    return tmp_path


def add(repository: Path, text: str, name: str = "wrong_metric") -> None:
    (repository / "known_bad" / "stage1_x" / "ex01_y" / f"{name}.py").write_text(text, encoding="utf-8")


def overlaid(repository: Path, body: str) -> dict[str, Any]:
    """Return the names of a mistake laid over the solution, imported as the child does: by file."""
    add(repository, HEADER.format(on="lite") + body)
    (bad,) = known_bads(EXERCISE)
    return runpy.run_path(str(bad.write_overlay(repository)))


def test_a_header_says_mistake_check_reason_and_backends(repository: Path) -> None:
    add(repository, HEADER.format(on="lite,  server"))
    (bad,) = known_bads(EXERCISE)
    assert bad.mistake == "The index has the metric IP, as many tutorials do."
    assert (bad.check, bad.reason) == ("searches", "inner_product")
    assert bad.backends == ("lite", "server")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def cut(text):\n    return text\n",
        '"""Only a mistake."""\n',
        '"""\n\nrejected by: a\nbecause: b\non: lite\n"""\n',
        '"""A mistake.\n\nrejected by: a\nbecause: b\n"""\n',
        '"""A mistake.\n\nrejected by: a\nbecause: b\non: lite\nalso: that\n"""\n',
        '"""A mistake.\nrejected by: a\nbecause: b\non: lite\n"""\n',
    ],
)
def test_a_header_that_lacks_something_names_its_file(repository: Path, text: str) -> None:
    add(repository, text)
    with pytest.raises(BadHeader, match=r"wrong_metric\.py.*rejected by"):
        known_bads(EXERCISE)


def test_known_bads_come_by_name(repository: Path) -> None:
    for name in ("zebra", "alpha"):
        add(repository, HEADER.format(on="lite"), name)
    assert [bad.path.stem for bad in known_bads(EXERCISE)] == ["alpha", "zebra"]


def test_an_exercise_without_known_bads_has_none(repository: Path) -> None:
    (repository / "known_bad" / "stage1_x" / "ex01_y").rmdir()
    assert known_bads(EXERCISE) == ()


def test_the_other_functions_of_the_solution_call_the_bad_one(repository: Path) -> None:
    names = overlaid(repository, "\n\ndef cut(text: str) -> str:\n    return text.upper()\n")
    assert names["store"](["a", "b"]) == ["A", "B"]


def test_the_bad_one_uses_the_names_of_the_solution(repository: Path) -> None:
    names = overlaid(repository, "\n\ndef cut(text):\n    return text.encode()[:LIMIT].decode()\n")
    assert names["store"](["a" * 99]) == ["a" * 60]


def test_a_constant_can_be_the_mistake(repository: Path) -> None:
    names = overlaid(repository, "\nLIMIT = 2\n")
    assert names["store"](["abc"]) == ["ab"]


def test_a_bad_one_may_have_its_own_future_import(repository: Path) -> None:
    names = overlaid(repository, "\nfrom __future__ import annotations\n\n\ndef cut(text: Unknown):\n    return '!'\n")
    assert names["store"](["a"]) == ["!"]


def add_file(repository: Path, tree: str, name: str, text: str) -> None:
    path = repository / tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_file_of_the_mistake_takes_the_place_of_the_solutions(repository: Path, tmp_path: Path) -> None:
    add_file(repository, "solutions/stage1_x/ex01_y", "compose.yaml", "right")
    add_file(repository, "solutions/stage1_x/ex01_y", "rules/alerts.json", "right rules")
    add_file(repository, "known_bad/stage1_x/ex01_y/wrong_metric", "compose.yaml", "wrong")
    add(repository, HEADER.format(on="lite"))
    (bad,) = known_bads(WITH_FILES)
    folder = bad.write_overlay(tmp_path).with_suffix("")
    assert (folder / "compose.yaml").read_text(encoding="utf-8") == "wrong"
    assert (folder / "rules" / "alerts.json").read_text(encoding="utf-8") == "right rules"


def test_a_file_that_the_exercise_does_not_have_is_refused(repository: Path) -> None:
    add_file(repository, "known_bad/stage1_x/ex01_y/wrong_metric", "compose.yml", "wrong")
    add(repository, HEADER.format(on="lite"))
    with pytest.raises(BadHeader, match=r"compose\.yml is no file of 1\.1"):
        known_bads(WITH_FILES)


def test_the_overlay_is_written_where_it_is_asked_for(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add(repository, HEADER.format(on="lite"))
    before = sorted(repository.rglob("*"))
    (bad,) = known_bads(EXERCISE)
    place = tmp_path_factory.mktemp("overlay")
    assert bad.write_overlay(place) == place / "ex01_y__wrong_metric.py"
    assert sorted(repository.rglob("*")) == before


@pytest.mark.parametrize(
    "bad", [b for e in exercises() for b in known_bads(e)], ids=lambda bad: f"{bad.exercise.id}-{bad.path.stem}"
)
def test_every_overlay_is_python_and_names_a_backend(bad: KnownBad, tmp_path: Path) -> None:
    text = bad.write_overlay(tmp_path).read_text(encoding="utf-8")
    compile(text, bad.path.stem, "exec", dont_inherit=True)
    assert bad.backends
    assert set(bad.backends) <= {"lite", "server", "container", "cluster"}
