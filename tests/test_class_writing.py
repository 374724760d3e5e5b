"""What is written of a class: as each program that reads it documents, true, and inert whatever was handed in."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from referencing import Registry, Resource

from grader import catalogue, results, sentences
from grader.check import because
from grader.classroom.marks import Mark, marks
from grader.classroom.names import LONGEST, file_names, safe_name
from grader.classroom.outcome import Class, Learner, Outcome
from grader.classroom.writing import junit as class_junit
from grader.classroom.writing import learner as learner_document
from grader.classroom.writing import per_learner, write_all
from grader.classroom.writing.summary import LARGEST, markdown
from grader.classroom.writing.table import BYTE_ORDER_MARK, FORMULA, cell, csv_text
from grader.curriculum import find
from infra.messages import Message
from tests.class_demo import EXERCISES, class_of, document, hostile_class, info, learner
from tests.report_demo import verdict
from tests.report_reading import HOSTILE

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
WORST = (
    HOSTILE + "\n\n=CMD()|'/c calc'!A0 | a `b` ```c @everyone #1 **d** [e](https://example.com) <!-- www.example.com"
)


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


def one(outcome: Outcome, *graded: str) -> Class:
    """Return a class of one learner."""
    exercises = tuple(find(id_) for id_ in graded) or EXERCISES[:2]
    return Class(info(exercises), (outcome,))


def mixed(status: str = "graded", **changes: Any) -> Class:
    """Return a class of one, who passed 8 points, failed 3, and for whom 5 weren't graded, of two exercises."""
    first, second = find("1.1"), find("1.2")
    why = because("raised", "{function}() raised {type}: {message}", function="f", type="KeyError", message="'m'")
    noisy = because("too_noisy", "this machine is too noisy just now: {pairs} pairs", pairs=60)
    verdicts = (
        verdict(first, "the first check", "pass", 8),
        verdict(first, "the second check", "fail", 3, why, where="ex01.py:3 in f", printed="hello\n"),
        verdict(first, "the third check", "not_graded", 5, noisy),
        verdict(second, "the fourth check", "not_graded", 18, noisy),
    )
    found = document((first, second), verdicts, "s1", 7) if status == "graded" else None
    trouble = None if status == "graded" else Message("It went wrong: {why}.", {"why": "badly"})
    outcome = Outcome(learner(3), status, "abc", 7, trouble, (), "", found)  # type: ignore[arg-type]
    return one(replace(outcome, **changes), "1.1", "1.2")


@pytest.fixture(scope="module")
def graded() -> Class:
    return class_of(60)


@pytest.fixture(scope="module")
def hostile() -> Class:
    return hostile_class(40, WORST)


def rows_of(class_: Class) -> list[dict[str, str]]:
    text = csv_text(class_)
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


# Marks


def test_points_that_were_not_graded_are_neither_earned_nor_taken() -> None:
    (own,) = marks(mixed())
    first, second = own.by_exercise["1.1"], own.by_exercise["1.2"]
    assert first == Mark(8, 16, 5)
    assert first.share == 8 / 11
    assert second is not None
    assert second.share is None
    assert own.total == Mark(8, 34, 23)
    assert own.total.share == 8 / 11


@pytest.mark.parametrize("status", ["nothing", "refused"])
def test_who_handed_in_nothing_that_can_be_opened_has_earned_nothing(status: str) -> None:
    (own,) = marks(mixed(status))
    assert own.total == Mark(0, 34)
    assert own.total.share == 0


def test_where_the_machine_failed_there_is_no_mark() -> None:
    (own,) = marks(mixed("not_graded"))
    assert own.total is None
    assert set(own.by_exercise.values()) == {None}


def test_all_points_are_all_however_they_were_added_up() -> None:
    assert Mark(0.1 + 0.2, 0.3).share == 1.0
    assert Mark(sum([0.1] * 10), 1.0).share == 1.0
    assert Mark(15.9, 16).share != 1.0


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
def test_nothing_handed_in_is_a_zero_with_its_reason(status: str) -> None:
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


# The table


def test_the_table_has_a_row_a_learner_that_adds_up(graded: Class) -> None:
    rows = rows_of(graded)
    assert [row["id"] for row in rows] == [outcome.learner.id for outcome in graded.outcomes]
    for row in rows:
        if row["status"] == "not_graded":
            assert not any(
                value for key, value in row.items() if "earned" in key or "percent" in key or "points" in key
            )
            continue
        earned = sum(float(value or 0) for key, value in row.items() if re.fullmatch(r"\d\.\d+ earned", key))
        assert earned == pytest.approx(float(row["total earned"]))
        points = float(row["points graded"]) + float(row["points not graded"])
        assert points == pytest.approx(float(row["points in all"]))
        assert float(row["total percent"]) == pytest.approx(100 * earned / float(row["points graded"]), abs=0.01)


def test_the_table_says_what_was_not_graded_and_why() -> None:
    (row,) = rows_of(mixed(changed=("grader/verdict.py", "checks/a.py")))
    assert (row["1.1 earned"], row["1.1 percent"]) == ("8", "72.73")
    assert (row["1.2 earned"], row["1.2 percent"]) == ("", "")
    assert (row["total earned"], row["points graded"], row["points not graded"]) == ("8", "11", "23")
    assert row["changed files of the kit"] == "grader/verdict.py; checks/a.py"
    (row,) = rows_of(mixed("not_graded"))
    assert (row["1.1 earned"], row["total percent"], row["trouble"]) == ("", "", "It went wrong: badly.")
    (row,) = rows_of(mixed("refused"))
    assert (row["1.1 earned"], row["1.1 percent"], row["total percent"]) == ("0", "0", "0")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", " =1", "\u00a0=1", "'=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    shown = cell(text)
    assert not shown.lstrip().startswith(FORMULA)
    assert "1" in shown


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_a_cell_is_one_line_of_visible_characters(text: str) -> None:
    shown = cell(text)
    assert not shown.lstrip().startswith(FORMULA)
    assert all(c.isprintable() for c in shown)
    ((back,),) = csv.reader(io.StringIO(csv_line(shown), newline=""))
    assert back == shown


def csv_line(value: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([value])
    return stream.getvalue() if value else '""\n'


def test_a_hostile_table_has_as_many_rows_and_columns_as_any(hostile: Class) -> None:
    text = csv_text(hostile).removeprefix(BYTE_ORDER_MARK)
    assert text.count("\n") == len(hostile.outcomes) + 1
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in table} == {3 + 2 * len(EXERCISES) + 7}
    for row in table:
        for value in row:
            assert not value.startswith(FORMULA)
            assert all(c.isprintable() for c in value)


# The summary


class Shown(HTMLParser):
    """What a viewer of Markdown makes of a text: tags, and the text outside `<code>`."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[Any] = []
        self.open: list[str] = []
        self.free: list[str] = []
        self.code: list[str] = []
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.code if "code" in self.open else self.free).append(data)


MEANINGFUL = "|`<>@#*_[]()!\\\n\r\t &;:/~=-+'\"$wx1.\u202e\x00"
INERT = {"h1", "h2", "p", "table", "tr", "th", "td", "code"}


def test_the_summary_of_a_hostile_class_is_text(hostile: Class) -> None:
    shown = Shown(markdown(hostile))
    assert shown.tags <= INERT
    assert shown.attributes == []
    free = "".join(shown.free)
    for part in ("pwned", "@everyone", "example.com", "=CMD", "{{", "\x1b"):
        assert part not in free, part
    assert any("<script>pwned = 1</script>" in text for text in shown.code), "it is shown, though"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        alphabet=st.sampled_from("|`<>@#*_[]()!\\\n\r\t &;:/~=-+'\"$wx1.\u202e\x00") | st.characters(),
        min_size=1,
        max_size=40,
    )
)
def test_no_text_gets_out_of_its_cell(text: str) -> None:
    class_ = mixed("refused", learner=Learner("f", "id", text), trouble=Message("{why}", {"why": text}))
    shown = Shown(markdown(Class(replace(class_.info, title=text, kit=text), class_.outcomes)))
    assert shown.tags <= INERT
    assert shown.attributes == []
    plain = Shown(markdown(mixed("refused", learner=Learner("f", "id", "p"), trouble=Message("w"))))
    assert "".join(shown.free).split() == "".join(plain.free).split()


def test_the_summary_stays_below_what_github_takes() -> None:
    few = class_of(3)
    many = Class(
        few.info, tuple(replace(few.outcomes[0], learner=Learner("f", str(i), "\u202e" * 400)) for i in range(4_000))
    )
    text = markdown(many)
    assert len(text.encode()) < LARGEST
    assert "Exercises" in text


def test_the_summary_has_pseudonyms_and_no_ids(graded: Class) -> None:
    text = markdown(graded)
    for outcome in graded.outcomes:
        assert outcome.learner.pseudonym in text
        assert outcome.learner.id not in text
        assert outcome.learner.folder not in text


# Sentences and names


@pytest.mark.parametrize(
    "template",
    [
        "{a.__class__}",
        "{a[0]}",
        "{a!a}",
        "{a:>1000000000}",
        "{a:{b}}",
        "{}",
        "{0}",
        "{missing}",
        "{a",
        "{a:1000000000}",
    ],
)
def test_a_stored_sentence_cannot_reach_further_than_its_fields(template: str) -> None:
    assert sentences.from_json({"msgid": template, "fields": {"a": "x", "b": "y"}}) is None
    assert sentences.english(Message(template, {"a": "x", "b": "y"})) == template
    assert sentences.told(Message(template, {"a": "x", "b": "y"}), "otherwise") == "otherwise"
    inner = {"msgid": "{a}", "fields": {"a": {"msgid": template, "fields": {"a": "x"}}}}
    read = sentences.from_json(inner)
    assert read is not None
    assert sentences.english(read) == template


def test_every_sentence_of_the_kit_can_be_stored() -> None:
    places = catalogue.sentences()
    # A hint has no fields: its braces are code.
    plain = [msgid for msgid in places if "{" in msgid and not all("curriculum" in place for place in places[msgid])]
    assert len(plain) > 300
    for msgid in plain:
        names = re.findall(r"(?<!\{)\{(\w+)", msgid)
        assert sentences.is_plain(Message(msgid, dict.fromkeys(names, 1))), msgid


@settings(max_examples=300)
@given(st.text(max_size=100))
def test_a_file_name_is_safe_everywhere(text: str) -> None:
    name = safe_name(text)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9._~-]*[a-z0-9_-])?", name)
    assert len(name) <= LONGEST
    assert name.split(".")[0] not in ("con", "nul", "aux", "prn", "com1", "lpt9")
    assert safe_name(name) != name or name == text or "~" not in name


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["Ada", "ada", "ADA", "a/da", "..", "", "con", "CON", "é", "e\u0301", "a" * 300, "a" * 299])
        | st.text(max_size=5),
        unique=True,
    )
)
def test_no_two_learners_share_a_file(ids: list[str]) -> None:
    names = [safe_name(text) for text in ids]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(ids)


def test_two_learners_of_one_id_have_two_files() -> None:
    twins = (Learner("a", "s1", "p1"), Learner("b", "s1", "p2"))
    assert len(set(file_names(twins).values())) == 2


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
