"""The curriculum: what it promises is what stands on disk."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.curriculum import ROOT, Exercise, exercises, find, stages
from grader.errors import UnknownExercise

FIRST = exercises()[0]
every_exercise = pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.id)


@pytest.mark.parametrize(
    "wanted",
    [
        "1.3",
        "ex03_basic_operations",
        "ex03_basic_operations.py",
        "exercises/stage1_basics/ex03_basic_operations.py",
        str(Path("solutions") / "stage1_basics" / "ex03_basic_operations.py"),
        str(ROOT / "exercises" / "stage1_basics" / "ex03_basic_operations.py"),
    ],
)
def test_an_exercise_is_found_by_what_people_type(wanted: str) -> None:
    assert find(wanted).id == "1.3"


@pytest.mark.parametrize("wanted", ["9.9", "", "1.", "1", ".", "1.30", "..", "{id}", "한글", "a" * 5_000, "1.3\0"])
def test_an_unknown_exercise_lists_those_that_are(wanted: str) -> None:
    with pytest.raises(UnknownExercise) as caught:
        find(wanted)
    assert all(exercise.id in str(caught.value) for exercise in exercises())
    assert wanted in str(caught.value)


def test_ids_and_files_are_unique() -> None:
    assert len({exercise.id for exercise in exercises()}) == len(exercises())
    assert len({exercise.file("exercises") for exercise in exercises()}) == len(exercises())
    assert len({exercise.stem for exercise in exercises()}) == len(exercises()), "find() goes by the stem alone"


def test_stages_are_in_order_and_hold_their_own() -> None:
    numbers = [stage.number for stage in stages()]
    assert numbers == sorted(set(numbers))
    for stage in stages():
        assert stage.folder.startswith(f"stage{stage.number}_")
        places = [int(exercise.id.partition(".")[2]) for exercise in stage.exercises]
        assert places == sorted(set(places))
        assert all(exercise.id.partition(".")[0] == str(stage.number) for exercise in stage.exercises)
        assert all(exercise.stage == stage.folder for exercise in stage.exercises)


@every_exercise
def test_files_have_the_names_that_the_curriculum_gives(exercise: Exercise) -> None:
    assert exercise.stem == f"ex{exercise.number}_{exercise.name}"
    for path in (exercise.file("exercises"), exercise.file("solutions"), exercise.checks):
        assert path.is_file(), path
    assert (ROOT / "known_bad" / exercise.stage / exercise.stem).is_dir()


@pytest.mark.parametrize("tree", ["exercises", "solutions", "checks", "known_bad"])
def test_no_file_is_without_its_row(tree: str) -> None:
    stems = {e.stem if tree != "checks" else e.checks.stem for e in exercises()}
    pattern = "check_*" if tree == "checks" else "ex[0-9]*"
    strays = [p for p in (ROOT / tree).glob(f"*/{pattern}") if p.suffix in (".py", "") and p.stem not in stems]
    assert strays == []


@every_exercise
def test_points_are_the_sum_of_the_checks(exercise: Exercise) -> None:
    declared = [_points(call) for call in _checks(exercise)]
    assert declared
    assert sum(declared) == exercise.points


@every_exercise
def test_checks_belong_to_their_exercise(exercise: Exercise) -> None:
    assert {ast.literal_eval(call.args[0]) for call in _checks(exercise)} == {exercise.id}


@every_exercise
def test_limits_and_grades_make_sense(exercise: Exercise) -> None:
    assert exercise.call_s > 0
    assert exercise.memory_mb >= 256
    assert set(exercise.grades) <= {"correctness", "recall", "latency", "cost"}
    assert exercise.grades
    assert exercise.title
    assert all(exercise.hints)


def test_drives_are_there_or_none() -> None:
    assert FIRST.drives is None or FIRST.drives.is_file()


def _checks(exercise: Exercise) -> list[ast.Call]:
    """Return the `@check(…)` decorators of an exercise, from the text of its module."""
    tree = ast.parse(exercise.checks.read_text(encoding="utf-8"))
    decorators = (d for node in tree.body if isinstance(node, ast.FunctionDef) for d in node.decorator_list)
    return [d for d in decorators if isinstance(d, ast.Call) and ast.unparse(d.func) == "check"]


def _points(call: ast.Call) -> float:
    return next((float(ast.literal_eval(k.value)) for k in call.keywords if k.arg == "points"), 1.0)
