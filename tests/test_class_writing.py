"""What is written of each learner of a class: as each program that reads it documents, and true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from referencing import Registry, Resource

from grader import results
from grader.classroom.outcome import Class, Learner, Status
from grader.classroom.writing import junit as class_junit
from grader.classroom.writing import learner as learner_document
from grader.classroom.writing import per_learner, write_all
from tests.class_demo import WORST, class_of, hostile_class, learner, mixed, worth

SCHEMAS = Path(__file__).parent / "schemas"
RUNNER = {
    "CLASSROOM": "vectors",
    "ASSIGNMENT": "dojo",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2026-03-04T05-06-07Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/submit%2F2026",
    "REVIEW_URL": "https://github.com/o/r/compare/a...b",
}


def schema(path: Path) -> jsonschema.Draft202012Validator:
    own = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(own)
    other = Resource.from_contents(json.loads(results.SCHEMA.read_text(encoding="utf-8")))
    registry: Registry[Any] = Registry().with_resource("results.schema.json", other)
    return jsonschema.Draft202012Validator(own, registry=registry)


VALIDATORS = {
    "results": schema(learner_document.SCHEMA),
    "gradescope": schema(SCHEMAS / "gradescope.schema.json"),
    "classroom50": schema(SCHEMAS / "classroom50.schema.json"),
}


@pytest.fixture(scope="module")
def graded() -> Class:
    return class_of(60)


@pytest.fixture(scope="module")
def hostile() -> Class:
    return hostile_class(40, WORST)


# Documents of each learner


@pytest.mark.parametrize("folder", VALIDATORS)
def test_each_document_is_as_documented(graded: Class, hostile: Class, folder: str) -> None:
    for class_ in (graded, hostile, mixed(), mixed("nothing"), mixed("refused"), mixed("not_graded")):
        for written in list(per_learner(class_)[folder].values())[::8]:
            VALIDATORS[folder].validate(json.loads(json.dumps(written)))


def test_the_schemas_refuse_what_is_not_documented() -> None:
    documents = {folder: next(iter(written.values())) for folder, written in per_learner(mixed()).items()}
    for folder, written in documents.items():
        assert not VALIDATORS[folder].is_valid({**written, "more": 1}), folder
    assert not VALIDATORS["results"].is_valid({**documents["results"], "results": None})
    assert not VALIDATORS["results"].is_valid({**documents["results"], "results": {"format": "v0"}})
    assert not VALIDATORS["gradescope"].is_valid({**documents["gradescope"], "output_format": "markdown"})
    assert not VALIDATORS["gradescope"].is_valid({k: v for k, v in documents["gradescope"].items() if k != "score"})
    assert not VALIDATORS["classroom50"].is_valid({**documents["classroom50"], "score": 8.0001})


def test_a_document_has_what_it_takes_to_grade_again() -> None:
    class_ = mixed(commit="c0ffee", changed=("grader/verdict.py",))
    ((_, written),) = per_learner(class_)["results"].items()
    assert written["learner"] == {"id": learner(3).id, "pseudonym": learner(3).pseudonym, "folder": learner(3).folder}
    assert (written["commit"], written["key"], written["seed"]) == ("c0ffee", "abc", 7)
    assert (written["kit"], written["isolation"]) == ("0.1.0 (8c9d3b9)", "bubblewrap")
    assert written["results"]["exercises"][0]["earned"] == 8


def test_gradescope_gets_the_points_and_why() -> None:
    (written,) = per_learner(mixed())["gradescope"].values()
    assert written["score"] == 8
    passed, failed, noisy, _ = written["tests"]
    assert (passed["status"], passed["score"], passed["max_score"]) == ("passed", 8, 8)
    assert (failed["status"], failed["score"], failed["max_score"]) == ("failed", 0, 3)
    assert "f() raised KeyError" in failed["output"]
    assert "ex01.py:3" in failed["output"]
    assert "hello" in failed["output"]
    assert not {"score", "max_score", "status"} & set(noisy)
    assert noisy["output"].startswith("Not graded: this machine is too noisy")
    assert {test["output_format"] for test in written["tests"]} == {"text"}
    assert "23 not graded" in written["output"]


def test_classroom_50_gets_whole_points_that_add_up(graded: Class) -> None:
    (written,) = per_learner(mixed())["classroom50"].values()
    assert (written["score"], written["max-score"]) == (8, 11)
    assert [test["passed"] for test in written["tests"]] == [True, False, False, False]
    for other in per_learner(graded)["classroom50"].values():
        assert other["score"] == sum(test["score"] for test in other["tests"])
        assert other["max-score"] == sum(test["max-score"] for test in other["tests"])


def test_every_document_counts_in_the_points_of_the_class() -> None:
    class_ = worth(mixed(), {"1.1": 5, "1.2": 4.5})
    written = {folder: next(iter(documents.values())) for folder, documents in per_learner(class_).items()}
    for folder, document in written.items():
        VALIDATORS[folder].validate(json.loads(json.dumps(document)))
    row = written["results"]["results"]["exercises"][0]
    assert (row["points"], row["earned"], row["not_graded"]) == (5, 2.5, 5 * 5 / 16)
    assert sum(check["points"] for check in row["checks"]) == 5
    assert written["gradescope"]["score"] == 2.5
    assert [test.get("max_score") for test in written["gradescope"]["tests"]] == [2.5, 0.94, None, None]
    # Classroom 50 takes whole numbers only: hundredths of a point.
    assert (written["classroom50"]["score"], written["classroom50"]["max-score"]) == (250, 250 + 94)


def test_classroom_50_knows_a_submission_by_what_its_runner_says() -> None:
    (written,) = per_learner(mixed(), RUNNER)["classroom50"].values()
    VALIDATORS["classroom50"].validate(written)
    assert (written["classroom"], written["assignment"], written["owner"]) == ("vectors", "dojo", "ada")
    assert written["submission"] == RUNNER["SUBMISSION_TAG"]
    assert (written["commit"], written["review"]) == (RUNNER["COMMIT_URL"], RUNNER["REVIEW_URL"])


def test_a_whole_class_is_never_one_submission_of_a_runner(graded: Class) -> None:
    owners = {written["owner"] for written in per_learner(graded, RUNNER)["classroom50"].values()}
    assert "ada" not in owners
    assert len(owners) == len(per_learner(graded)["classroom50"])


def test_what_was_not_graded_has_no_mark_anywhere() -> None:
    written = per_learner(mixed("not_graded"))
    assert len(written["results"]) == 1
    assert written["gradescope"] == written["classroom50"] == {}


@pytest.mark.parametrize("status", ["nothing", "refused"])
def test_nothing_handed_in_is_a_zero_with_its_reason(status: Status) -> None:
    written = per_learner(mixed(status))
    (scope,), (classroom,) = written["gradescope"].values(), written["classroom50"].values()
    assert (scope["score"], scope["output"]) == (0, "It went wrong: badly.")
    assert (classroom["score"], classroom["max-score"]) == (0, 34)


# JUnit


def test_junit_has_a_suite_a_learner_by_pseudonym(graded: Class) -> None:
    text = class_junit.xml(graded)
    root = ElementTree.fromstring(text)
    assert [suite.get("name") for suite in root] == [outcome.learner.pseudonym for outcome in graded.outcomes]
    for outcome in graded.outcomes:
        assert outcome.learner.id not in text
        assert outcome.learner.folder not in text


def test_junit_tells_failures_from_errors_and_from_what_was_not_graded() -> None:
    (suite,) = ElementTree.fromstring(class_junit.xml(mixed()))
    assert {key: suite.get(key) for key in ("tests", "failures", "skipped", "errors")} == {
        "tests": "4",
        "failures": "1",
        "skipped": "2",
        "errors": "0",
    }
    (broken,) = ElementTree.fromstring(class_junit.xml(mixed("not_graded")))
    assert broken.get("errors") == "1"
    (nothing,) = ElementTree.fromstring(class_junit.xml(mixed("nothing")))
    assert nothing.get("failures") == "1"


def test_junit_can_be_read_whatever_was_printed(hostile: Class) -> None:
    root = ElementTree.fromstring(class_junit.xml(hostile).encode("utf-8"))
    assert len(root) == 40


# On the disk


def files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())


def test_everything_is_written_and_stays_in_its_folder(tmp_path: Path) -> None:
    ids = ("../../evil", "/etc/passwd", "CON", "a" * 500, "ada", "Ada", "")
    outcome = mixed().outcomes[0]
    class_ = Class(
        mixed().info, tuple(replace(outcome, learner=Learner(id_, id_, f"p{i}")) for i, id_ in enumerate(ids))
    )
    write_all(class_, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    written = list(files(tmp_path / "out"))
    assert len(written) == 4 + 3 * len(ids)
    assert {"index.html", "class.csv", "junit.xml", "summary.md", "results/ada.json"} <= set(written)


def test_a_mark_that_is_no_more_is_deleted(tmp_path: Path) -> None:
    write_all(mixed(), tmp_path)
    assert len(list((tmp_path / "gradescope").iterdir())) == 1
    (tmp_path / "results" / "note.txt").write_text("mine")
    write_all(mixed("not_graded"), tmp_path)
    assert list((tmp_path / "gradescope").iterdir()) == list((tmp_path / "classroom50").iterdir()) == []
    assert len(list((tmp_path / "results").glob("*.json"))) == 1
    assert (tmp_path / "results" / "note.txt").exists()


def test_the_same_class_is_written_the_same(tmp_path: Path) -> None:
    class_ = class_of(5)
    for name in ("a", "b"):
        write_all(class_, tmp_path / name)
    for name in files(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
