"""The page: true to what was found, the same for the same documents, in the reader's language, easy to read aloud."""

from __future__ import annotations

import errno
import itertools
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader import hints, progress, report, results, storage
from grader.check import because
from grader.curriculum import exercises, stages
from grader.report.page import Known, html
from grader.terminal import Screen
from infra.messages import Message
from tests import report_demo
from tests.clones import make_clone, said
from tests.report_demo import BASICS, CORE, STAGES, document, row, run_of, verdict
from tests.report_reading import PARENT, TITLE, Parsed, article, page_of


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of English, in a place where it is as late as in UTC."""
    monkeypatch.setenv("DOJO_LANG", "en")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


# What it says


def test_the_page_shows_where_a_learner_stands() -> None:
    page = html(report_demo.demo())
    text = Parsed(page).text()
    assert "65 of 123 points" in text
    assert "4 of 8 exercises passed" in text
    assert "Next: nox -s stage2 -- 2.1" in text
    for part in (
        "Stage 1 · Basics 46/49",
        "Stage 2 · Core features 19/74",
        "2.4 Filtered search , not graded yet 0/15",
    ):
        assert part in text
    assert "3 not graded passed on lite (3.2.2), 2025‑03‑02" in text
    links = [attributes.get("href") for tag, attributes in Parsed(page).tags if tag == "a"]
    assert links == [f"#exercise-{of.id}" for of in (*BASICS, *CORE) if of.id != "2.4"]


def test_failures_come_first_then_what_was_measured_then_what_isnt_graded_then_passes() -> None:
    text = article(html(report_demo.demo()), CORE[0])
    parts = [
        *("5 of 16 points, 4 not graded", "server v2.3.5", "2025-03-04 05:06", "31 s", "1234567", "What fails"),
        *("failed: each index reaches its recall", "0/3", "finds 0.741 of the true neighbours, and 0.95 is asked"),
        *("your code printed", "segment 1: 4,096 rows", "more characters stand in .dojo/results/2.1.json"),
        *("compare() raised KeyError", "in your file", "ex01_index_management.py:88 in compare", "What was measured"),
        *("Five indexes on the same 20,000 vectors", "Recall against latency", "What isn", "too noisy just now"),
        *("To have them graded: nox -s stage2 -- 2.1", "Checks that pass: 2", "passed: build_index builds", "3"),
        *("Checks that wait for others to pass, or for code to be written: 1", "not run: the figures", "builds on"),
        *("Hints told: 2 of 6. The next one: nox -s hint -- 2.1",),
    ]
    where = 0
    for part in parts:
        where = text.find(part, where)
        assert where >= 0, f"{part} isn't in its place"


def test_an_exercise_in_which_nothing_is_written_is_no_wall_of_failures() -> None:
    text = article(html(report_demo.demo()), CORE[2])
    assert "What fails" not in text
    assert "or for code to be written: 5" in text
    assert "tenant_search() is not implemented yet" in text


def test_what_was_printed_is_shown_with_failures_only() -> None:
    passed = verdict(CORE[0], "one", printed="I passed")
    failed = verdict(CORE[0], "two", "fail", 2, because("x", "why"), printed="I failed")
    text = article(page_of(document(run_of(CORE[0], (passed, failed)))), CORE[0])
    assert "I failed" in text
    assert "I passed" not in text


@pytest.mark.parametrize(
    ("backend", "reason", "command"),
    [
        ("lite", "backend_lacks", "nox -s stage2 -- 2.1 --backend (server|container)"),
        ("server", "backend_lacks", "nox -s stage2 -- 2.1 --backend container"),
        ("lite", "reference_fails", "nox -s stage2 -- 2.1 --backend (server|container)"),
        ("lite", "too_noisy", "nox -s stage2 -- 2.1"),
        ("container", "server_gone", "nox -s stage2 -- 2.1"),
        ("container", "backend_lacks", None),
    ],
)
def test_the_command_that_would_grade_the_rest(backend: str, reason: str, command: str | None) -> None:
    left = verdict(CORE[0], "one", "not_graded", 2, because(reason, "why it isn't graded"))
    text = article(page_of(document(run_of(CORE[0], (left,), backend))), CORE[0])
    assert "why it isn" in text
    found = re.search(r"To have them graded: (nox .*?) (Hints|Checks)", text)
    assert (found is None) if command is None else (found is not None and re.fullmatch(command, found[1]))


def test_hints_that_are_all_told_can_be_read_again_and_none_are_not_mentioned() -> None:
    last = document(run_of(CORE[0], (verdict(CORE[0], "one"),)))
    assert "Hints told: 6 of 6. To read them again: nox -s hint -- 2.1" in Parsed(page_of(last, hints_told=6)).text()
    assert "Hints" not in Parsed(page_of(last, of=replace(CORE[0], hints=()))).text()


def test_nothing_graded_yet_is_a_page_too() -> None:
    rows = tuple(row(of, None) for of in CORE)
    text = Parsed(html(Known(((STAGES[1], rows),), CORE[0]))).text()
    assert "0 of 74 points" in text
    assert "Nothing has been graded here yet." in text


def test_the_same_documents_make_the_same_page() -> None:
    assert html(report_demo.demo()) == html(report_demo.demo())


def test_a_page_of_a_whole_curriculum_is_made_at_once() -> None:
    html(report_demo.demo())  # what is compiled once
    one = report_demo.demo().stages[1][1][1]
    rows = tuple(replace(one, exercise=replace(CORE[0], id=f"2.{n}")) for n in range(1, 25))
    began = time.process_time()
    page = html(Known(((STAGES[1], rows),), None))
    assert time.process_time() - began < 2
    assert len(page) < 1_000_000
    assert "Every exercise has passed." in page


# Languages


def test_the_page_says_in_which_language_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for language, shown in (("en", "en"), ("ko", "ko"), ("xx", "en"), ("../..", "en"), ("C", "en")):
        monkeypatch.setenv("DOJO_LANG", language)
        assert Parsed(html(report_demo.demo())).tags[0] == ("html", {"lang": shown})


def test_korean_readers_read_korean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "ko")
    parent = Message(TITLE)
    reason = because("not_run", PARENT, parent=parent)
    blocked = verdict(CORE[0], TITLE, "fail", 2, reason, blocked_by="one")
    text = Parsed(page_of(document(run_of(CORE[0], (blocked,))))).text()
    assert TITLE not in text
    assert "not run, since" not in text
    assert re.search("[가-힣]", text)


# Accessible


def test_headings_tables_and_pictures_can_be_read_aloud() -> None:
    parsed = Parsed(html(report_demo.demo()))
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in parsed.tags:
        assert set((attributes.get("aria-labelledby") or "").split()) <= set(ids)
        assert tag != "th" or attributes.get("scope") in ("col", "row")
        assert tag != "table" or attributes.get("aria-labelledby")
    pictures = [a for tag, a in parsed.tags if tag == "svg" and a.get("role") == "img"]
    assert len(pictures) == 3
    assert all(len((a.get("aria-labelledby") or "").split()) == 2 for a in pictures)
    for _, attributes in parsed.tags:
        if "mark" in (attributes.get("class") or ""):
            assert attributes.get("aria-hidden") == "true"


# Writing it


@pytest.fixture
def dojo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone's own files, in a folder of the test."""
    monkeypatch.setattr(results, "KEPT", tmp_path / ".dojo" / "results")
    monkeypatch.setattr(progress, "FILE", tmp_path / ".dojo" / "progress.json")
    monkeypatch.setattr(hints, "FILE", tmp_path / ".dojo" / "hints.json")
    monkeypatch.setattr(report, "PAGE", tmp_path / "reports" / "index.html")
    return tmp_path


def test_grading_one_exercise_leaves_the_others_in_the_page(dojo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = exercises()[:2]
    for of, title in ((one, "first check"), (two, "second check"), (one, "first again")):
        progress.record(run_of(of, (verdict(of, title, points=of.points),), "lite", "lite 3.2.2"))
    report.write(Screen())
    page = (dojo / "reports" / "index.html").read_text(encoding="utf-8")
    assert "first again" in page
    assert "second check" in page
    assert "first check" not in page
    assert f"{one.points + two.points:g} of {sum(e.points for e in exercises()):g} points" in page
    for stage in stages():
        assert f"Stage {stage.number} · {stage.title}" in page
    printed = capsys.readouterr().out
    assert (dojo / "reports" / "index.html").as_uri() in printed.split()


def test_a_page_that_cannot_be_written_is_one_sentence(
    dojo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (dojo / "reports").mkdir()
    (dojo / "reports" / "index.html").write_text("before")
    monkeypatch.setattr(storage.os, "fsync", full)
    report.write(Screen())
    assert (dojo / "reports" / "index.html").read_text() == "before"
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("The page with your report isn't written. The disk is full: ")
    assert "Traceback" not in printed
    monkeypatch.undo()


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"1.1": {"earned": 1e999, "passed": {"at": 7}}}', "null"])
def test_a_spoiled_clone_has_a_page(dojo: Path, content: str) -> None:
    kept = dojo / ".dojo" / "results"
    kept.mkdir(parents=True)
    (dojo / ".dojo" / "progress.json").write_text(content)
    for of in exercises():
        (kept / f"{of.id}.json").write_text(content)
    report.write(Screen())
    page = (dojo / "reports" / "index.html").read_text(encoding="utf-8")
    Parsed(page)
    assert page.count("can&#39;t be read any more") == len(exercises())


def test_progress_writes_the_page_and_says_where(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone")
    done = clone.run("progress")
    assert done.returncode == 0
    page = clone.root / "reports" / "index.html"
    assert f"  {page.as_uri()}\n" in done.stdout
    assert "Nothing has been graded here yet." in page.read_text(encoding="utf-8")
    page.unlink()
    page.mkdir()
    done = clone.run("progress")
    assert done.returncode == 0
    assert "isn't written" in said(done)
    assert "Traceback" not in said(done)
