"""Exercises given out: no answer goes with them, they are graded where they land, and a class has points of its own."""

from __future__ import annotations

import ast
import csv
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from grader import given, references
from grader.classroom import pinned as pinning
from grader.classroom import template as templates
from grader.classroom.pinned import Pinned, address, pinned
from grader.classroom.stored import read_class
from grader.classroom.workflow import PATH
from grader.cli import app
from grader.commands.opening import choose_for_class, points_of_class
from grader.curriculum import ROOT, find, stages
from grader.errors import CannotWrite, NoSolutions, UnknownExercise, WrongOption
from grader.places import Places
from grader.runner.launch import Launcher
from grader.session import grade, sources
from grader.stubs import stub
from tests.clones import Clone, make_clone, said

EXERCISE, OTHER = find("1.3"), find("2.1")
CHECKS = "checks/stage1_basics/check_03_basic_operations.py"
KIT_AT = "https://git.example/dojo/kit"
"""Where the workflow of these tests fetches the kit: git is told that it lies on this machine."""
SECRET = "nobody but the teacher knows this"
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
LEAST = 60
"""Characters, without line ends and indents, from which on a function's body says something."""

pytestmark = pytest.mark.usefixtures("state_dir")


@dataclass(frozen=True)
class Given:
    """Exercises that were given out.

    Attributes:
        kit: the teacher's clone.
        commit: the one that is checked out there.
        printed: what the command said.
        learner: the repository that it wrote.
    """

    kit: Path
    commit: str
    printed: str
    learner: Clone


def git(folder: Path, *arguments: str) -> str:
    known = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", "-c", "gc.auto=0"]
    done = subprocess.run(["git", *known, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Two exercises, given out from a clone in which much lies about; the teacher has committed a solved exercise."""
    folder = tmp_path_factory.mktemp("giving")
    kit = make_clone(folder / "kit")
    kit.put(EXERCISE, SOLUTION)
    git(kit.root, "init", "--quiet", "--initial-branch=main")
    git(kit.root, "add", "--all")
    git(kit.root, "commit", "--quiet", "--message=the kit")
    git(kit.root, "remote", "add", "origin", "https://ada:token-1234@git.example/dojo/kit.git")
    for name in ("roster.csv", "checks/notes.py", "fixtures/data/exam.json", "exercises/stage1_basics/mine.py"):
        (kit.root / name).write_text(f"# {SECRET}\n", encoding="utf-8")
    with (kit.root / "grader" / "hints.py").open("a", encoding="utf-8") as stream:
        stream.write(f"# {SECRET}\n")
    points = folder / "points.toml"
    points.write_text('[points]\n1.3 = 30\n"2.1" = 10\n"1.1" = 5\n', encoding="utf-8")
    learner = folder / "work" / "learner"
    learner.mkdir(parents=True)
    options = ("--only", "1.3,2.1", "--points", str(points), "--title", "Vectors", "--deadline", "Friday, 18:00")
    done = kit.run("classroom", "template", str(learner), *options)
    assert done.returncode == 0, said(done)
    git(kit.root, "checkout", "--quiet", "--", "grader/hints.py")
    return Given(kit.root, git(kit.root, "rev-parse", "HEAD"), said(done), Clone(learner))


@pytest.fixture(scope="module")
def landed(class_: Given, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """The same on a learner's machine."""
    target = tmp_path_factory.mktemp("landed") / "learner"
    shutil.copytree(class_.learner.root, target)
    return Clone(target)


@pytest.fixture
def without_git(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What git is made to say of this clone, by its command; nothing is taken from any commit but stubs."""
    says: dict[str, str] = {"rev-parse": "0" * 40}

    def unpacked(_kit: Pinned, folder: Path) -> None:
        (folder / "grader").mkdir()
        shutil.copy(ROOT / "grader" / "stubs.json", folder / "grader")

    for module in (pinning, templates):
        monkeypatch.setattr(module, "ask_git", lambda command, *_: says.get(command))
    monkeypatch.setattr(templates, "_unpack", unpacked)
    return says


def invoked(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, arguments)


def texts(folder: Path) -> dict[str, str]:
    """Return every file of a folder by its name, as far as it is text."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="ignore") for path in paths}


# What is in it


def test_only_what_was_asked_for_is_given_out_and_all_of_it_untouched(class_: Given) -> None:
    found = texts(class_.learner.root)
    own = [*EXERCISE.paths("exercises"), *OTHER.paths("exercises")]
    names = {path.relative_to(ROOT).as_posix() for path in own}
    assert {name for name in found if name.startswith("exercises/")} == names | {"exercises/given.toml"}
    stubs = json.loads((ROOT / "grader" / "stubs.json").read_text(encoding="utf-8"))
    assert {name: found[name] for name in names} == {name: stubs[name] for name in names}
    assert {name.partition("/")[0] for name in found} == {
        *templates.TAKEN,
        *(".github", "README.md", "exercises"),
    }


def test_nothing_that_lies_about_or_is_not_committed_goes_with_it(class_: Given) -> None:
    assert not [name for name, text in texts(class_.learner.root).items() if SECRET in text or "token-1234" in text]
    assert not list(class_.learner.root.parent.glob(".*"))
    assert "What you have changed in the kit and not committed is not in it." in class_.printed


def test_it_says_what_was_written_and_what_comes_next(class_: Given) -> None:
    assert f"2 exercises, 40 points, {len(texts(class_.learner.root))} files, of commit {class_.commit[:12]}" in (
        class_.printed
    )
    assert "git init" in class_.printed
    assert f"--points {class_.learner.root / given.FILE}" in class_.printed
    assert f"fetches that commit from {KIT_AT}; push it there" in class_.printed


def test_the_readme_tells_a_learner_what_to_do(class_: Given) -> None:
    readme = (class_.learner.root / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Vectors\n")
    assert "**Hand in by: Friday, 18:00**" in readme
    assert f"| [1.3 Basic operations](exercises/{EXERCISE.stage}/{EXERCISE.stem}.py) | 30 |" in readme
    assert "| **total** | **40** |" in readme
    assert ".venv/bin/nox -s stage1\n" in readme
    assert "nox -s stage2" in readme


def bodies(tree: str) -> Iterator[tuple[str, list[str]]]:
    """Give the bodies of all functions of a tree without docstrings, by line, and where they stand."""
    for path in sorted((ROOT / tree).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                if body:
                    own = [" ".join(line.split()) for line in lines[body[0].lineno - 1 : body[-1].end_lineno]]
                    yield f"{path.relative_to(ROOT)}: {node.name}", own


@pytest.mark.parametrize("tree", ["solutions", "known_bad", "tests/alternatives", "tests/red_team"])
def test_nothing_of_it_says_what_a_solution_or_a_mistake_says(class_: Given, tree: str) -> None:
    found = texts(class_.learner.root).values()
    lines = {" ".join(line.split()) for text in found for line in text.replace("\\n", "\n").splitlines()}
    looked_at = [(where, body) for where, body in bodies(tree) if len(" ".join(body)) >= LEAST]
    assert len(looked_at) > 50
    assert not [where for where, body in looked_at if lines.issuperset(body)]


# What a learner does with it


def test_an_untouched_exercise_fails_there_without_a_traceback(landed: Clone) -> None:
    landed.put(EXERCISE, stub(EXERCISE)[EXERCISE.file("exercises")])
    done = landed.run("grade", "1", "--backend", "lite")
    assert done.returncode == 1, said(done)
    assert "create_collection() is not implemented yet" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert [row["id"] for row in landed.results()["exercises"]] == ["1.3"]


def test_a_solution_passes_there_without_a_reference(landed: Clone) -> None:
    landed.put(EXERCISE, SOLUTION)
    done = landed.run("grade", "1", "--backend", "lite")
    assert done.returncode == 0, said(done)
    assert "1.3: 12 of 15 points, 3 not graded" in said(done)


def test_what_would_show_a_solution_says_that_there_is_none(landed: Clone) -> None:
    done = landed.run("reveal", "1.3")
    assert done.returncode == 2
    assert said(done) == "This repository has no solutions: it was made for a class, and your teacher has them."


@pytest.mark.parametrize(
    "command",
    [
        *("reveal 1.3", "play 1.3 --solution", "grade 1 --solutions", "soak 1.3", "authoring 1.3"),
        *("autograde .", "classroom template new"),
    ],
)
def test_no_command_goes_on_without_solutions_that_it_needs(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(references, "are_here", lambda: False)
    assert isinstance(invoked(*command.split()).exception, NoSolutions)


def test_exercises_that_were_not_given_out_are_none(class_: Given, tmp_path: Path) -> None:
    for name in ("curriculum.toml", given.FILE):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(class_.learner.root / name, tmp_path / name)
    found = stages(tmp_path / "curriculum.toml")
    assert [(stage.number, [each.id for each in stage.exercises]) for stage in found] == [(1, ["1.3"]), (2, ["2.1"])]


def test_a_race_without_a_reference_is_not_graded_and_says_who_grades_it(
    monkeypatch: pytest.MonkeyPatch, launcher: Launcher, places: Places
) -> None:
    monkeypatch.setattr(references, "are_here", lambda: False)
    hybrid = find("2.5")
    name = "is_as_fast_as_the_reference"
    run = grade((hybrid,), sources((hybrid,), "solutions"), launcher, places, only=frozenset([name]))
    race = next(verdict for verdict in run.verdicts if verdict.check.name == name)
    assert race.status == "not_graded"
    assert race.outcome.reason is not None
    assert race.outcome.reason.id == references.MISSING
    assert "your teacher's class run grades it" in str(race.outcome.reason)
    assert references.were_missed(run.verdicts)
    assert run.exit_code(strict=False) == 0
    assert run.exit_code(strict=True) == 2


# What the workflow does with it


def steps(learner: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the workflow's job sets, and its scripts by name."""
    document: Any = yaml.safe_load((learner / PATH).read_text(encoding="utf-8"))
    job = document["jobs"]["grade"]
    assert document["permissions"] == {"contents": "read"}
    return job["env"], {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def test_the_workflow_grades_with_the_kit_of_the_commit_and_reports_what_was_changed(
    class_: Given, landed: Clone
) -> None:
    learner = landed.root
    variables, scripts = steps(learner)
    assert variables == {"KIT_REPOSITORY": KIT_AT, "KIT_REVISION": class_.commit}
    here = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{class_.kit}.insteadOf",
        "GIT_CONFIG_VALUE_0": KIT_AT,
    }
    script = ["bash", "-e", "-c", scripts["Fetch the kit"]]
    subprocess.run(script, cwd=learner.parent, env={**os.environ, **variables, **here}, check=True)
    fetched = Clone(learner.parent / "kit")
    assert git(fetched.root, "rev-parse", "HEAD") == class_.commit

    landed.put(EXERCISE, SOLUTION)
    with (learner / CHECKS).open("a", encoding="utf-8") as stream:
        stream.write("\n# all of it passes\n")
    command = scripts["Grade"].strip().splitlines()[-1]
    _, _, arguments = command.partition("nox -s autograde -- ")
    done = fetched.run("autograde", *shlex.split(arguments), "--backend", "lite", "--trust-submissions", "--lanes=1")
    assert done.returncode == 0, said(done)

    graded = read_class(learner.parent / "class")
    assert graded is not None
    assert graded.info.exercises == ("1.3", "2.1")
    assert graded.info.points == {"1.3": 30, "2.1": 10}
    (outcome,) = graded.outcomes
    assert outcome.changed == (CHECKS,)
    with (learner.parent / "class" / "class.csv").open(encoding="utf-8-sig") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["1.3 earned"], row["1.3 percent"], row["2.1 earned"]) == ("24", "100", "")
    assert (row["points graded"], row["points not graded"], row["points in all"]) == ("24", "16", "40")
    assert "24/24" in (learner.parent / "class" / "summary.md").read_text(encoding="utf-8")


def test_without_an_origin_there_is_no_workflow_and_that_is_said(without_git: dict[str, str], tmp_path: Path) -> None:
    without_git["remote"] = "/srv/kit.git"
    done = invoked("classroom", "template", str(tmp_path / "new"), "--only", "1.3")
    assert done.exit_code == 0, done.output
    assert "No workflow was written" in done.output
    assert not (tmp_path / "new" / ".github").exists()
    assert "hand in the folder `exercises/` as a zip file" in (tmp_path / "new" / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://github.com/me/kit.git", "https://github.com/me/kit"),
        ("https://me:secret@gitlab.example:8443/a/b/kit", "https://gitlab.example:8443/a/b/kit"),
        ("git@github.com:me/kit.git", "https://github.com/me/kit"),
        ("ssh://git@git.example:2222/me/kit.git", "https://git.example/me/kit"),
        ("http://github.com/me/kit", ""),
        ("/srv/git/kit.git", ""),
        ("file:///srv/git/kit.git", ""),
        ('https://github.com/me/kit" && rm -rf ~ #', ""),
        ("", ""),
    ],
)
def test_an_address_is_one_that_everybody_can_use_and_holds_no_token(text: str, expected: str) -> None:
    assert address(text) == expected


# What is refused


def a_template() -> templates.Template:
    return templates.Template((EXERCISE,), {"1.3": 15}, Pinned("0" * 40, ""))


def test_a_folder_with_something_in_it_is_refused_in_a_sentence(class_: Given) -> None:
    done = Clone(class_.kit).run("classroom", "template", str(class_.learner.root.parent))
    assert done.returncode == 2
    assert said(done).startswith(f"{class_.learner.root.parent} isn't empty, and what is there stays.")
    assert "Traceback" not in said(done)


def test_a_folder_in_the_kit_is_refused() -> None:
    for path in (ROOT, ROOT / "exercises" / "new", ROOT / ".." / ROOT.name / "new"):
        with pytest.raises(WrongOption, match="lies in the kit itself"):
            templates.write(a_template(), path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(WrongOption, match="isn't empty"):
        templates.write(a_template(), tmp_path / "file")
    with pytest.raises(CannotWrite, match="can't be written"):
        templates.write(a_template(), tmp_path / "file" / "new")


def test_an_export_that_is_interrupted_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(_kit: Pinned, folder: Path) -> None:
        (folder / "checks").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(templates, "_unpack", interrupted)
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        with pytest.raises(KeyboardInterrupt):
            templates.write(a_template(), tmp_path / name)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_what_is_pinned_by_name(without_git: dict[str, str]) -> None:
    assert pinned("me/kit", None) == Pinned("0" * 40, "https://github.com/me/kit")
    assert pinned(None, None) == Pinned("0" * 40, "")
    with pytest.raises(WrongOption, match="Nobody else could fetch the kit from /srv/kit"):
        pinned("/srv/kit", None)
    del without_git["rev-parse"]
    with pytest.raises(WrongOption, match="this kit is no git clone"):
        pinned(None, None)


def test_a_commit_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinning, "ask_git", lambda *asked: None if "--verify" in asked else "0" * 40)
    with pytest.raises(WrongOption, match="This clone of the kit has no commit v9"):
        pinned(None, "v9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[points]\n"9.9" = 3\n', "There is no exercise 9.9"),
        ('[points]\n"1.3" = 0\n', "0: a number above 0 is needed"),
        ('[points]\n"1.3" = "all"\n', "a number above 0"),
        ("[points]\n1.3 = nan\n", "a number above 0"),
        ("[points]\n1.3 = inf\n", "a number above 0"),
        ("[points]\n1.3 = true\n", "a number above 0"),
        ('"1.3" = 20\n', "gives no exercise any points"),
        ("[points\n", "can't be read"),
    ],
)
def test_points_that_make_no_sense_are_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "points.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((WrongOption, UnknownExercise), match=expected):
        points_of_class(path)


def test_points_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "points.toml"
    path.write_text(given.as_text({"1.3": 12.5, "2.1": 1e6}), encoding="utf-8")
    assert points_of_class(path) == {"1.3": 12.5, "2.1": 1e6}
    with pytest.raises(WrongOption, match="can't be read"):
        points_of_class(tmp_path / "none.toml")


def test_which_exercises_are_meant() -> None:
    def ids(stage: int | None, only: str | None, points: tuple[str, ...]) -> list[str]:
        return [exercise.id for exercise in choose_for_class(stage, only, points)]

    assert ids(None, None, ("2.1", "1.3")) == ["1.3", "2.1"]
    assert ids(None, "2.2", ("2.1", "1.3")) == ["2.2"]
    assert ids(1, None, ("2.1", "1.3")) == ["1.1", "1.2", "1.3"]
    assert len(ids(None, None, ())) > 10
    with pytest.raises(UnknownExercise, match=r"There is no exercise 9\.9"):
        ids(None, "9.9", ())
