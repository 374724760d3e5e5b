"""The page of a class: true in its sums, without ids, small however large the class is, and inert whatever it shows."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from grader.check import because
from grader.classroom import findings
from grader.classroom.marks import Mark, marks
from grader.classroom.outcome import Class, Learner, Outcome
from grader.classroom.page import html
from grader.classroom.page.distribution import distribution
from grader.classroom.page.learners import percent, share_class
from grader.curriculum import find
from infra.messages import Message
from tests.class_demo import EXERCISES, class_of, document, hostile_class, info, learner
from tests.report_demo import verdict
from tests.report_reading import HOSTILE, PARENT, TITLE, Parsed

LARGEST = 4_000_000
"""Bytes of the page of 300 learners and 12 exercises."""
COUNT = 60


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of English."""
    monkeypatch.setenv("DOJO_LANG", "en")


@pytest.fixture(scope="module")
def graded() -> Class:
    return class_of(COUNT)


@pytest.fixture(scope="module")
def page(graded: Class) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOJO_LANG", "en")
        return html(graded)


@pytest.fixture(scope="module")
def hostile() -> str:
    return html(hostile_class(40, HOSTILE + "\n=CMD()"))


def small(*verdicts: Any, learners: int = 1, **changes: Any) -> Class:
    """Return a class whose learners all have the same results of one exercise."""
    found = document((find("1.1"),), verdicts, "x", 7)
    outcomes = (Outcome(learner(n), "graded", "k", 7, results=found) for n in range(learners))
    return Class(info((find("1.1"),)), tuple(replace(outcome, **changes) for outcome in outcomes))


def cells(page: str) -> list[list[str]]:
    """Return the texts of the table of learners, row by row."""
    body = page[page.index('class="scroll grades"') :]
    body = body[body.index("<tbody>") : body.index("</tbody>")]
    rows = re.findall(r"<tr id=.*?</tr>", body, flags=re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, flags=re.S)] for row in rows
    ]


def section(page: str, name: str) -> str:
    """Return the text of one section."""
    part = page[page.index(f'aria-labelledby="{name}"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", part[: part.index("</section>")]).split())


# What it says


def test_each_learner_has_a_row_by_pseudonym_with_the_points(graded: Class, page: str) -> None:
    rows = cells(page)
    assert len(rows) == COUNT
    names = [re.sub(" (refused|not graded|handed in nothing)$", "", row[0]) for row in rows]
    assert names == sorted(outcome.learner.pseudonym for outcome in graded.outcomes)
    by_name = {o.learner.pseudonym: own for o, own in zip(graded.outcomes, marks(graded), strict=True)}
    for name, row in zip(names, rows, strict=True):
        own = by_name[name]
        shown = [float(text) if (text := cell.rstrip("?")) not in ("", "–") else None for cell in row[3:]]
        expected = [None if m is None or m.share is None else m.earned for m in own.by_exercise.values()]
        assert shown == expected
        assert row[1] == ("–" if own.total is None else percent(own.total))


def test_a_cell_opens_what_that_learners_checks_said(page: str) -> None:
    parsed = Parsed(page)
    anchors = {attributes["id"] for _, attributes in parsed.tags if "id" in attributes}
    links = [attributes["href"] or "" for tag, attributes in parsed.tags if tag == "a"]
    assert len(links) > COUNT * len(EXERCISES) / 2
    assert {link.removeprefix("#") for link in links} <= anchors


def test_a_panel_says_why_where_and_what_was_printed() -> None:
    raised = because(
        "raised", "{function}() raised {type}: {message}", function="search", type="KeyError", message="'m'"
    )
    exercise, place = find("1.1"), "ex01.py:7 in search"
    passed = verdict(exercise, "the first check", "pass", 6)
    failed = verdict(exercise, "the second check", "fail", 10, raised, where=place, printed="hi\n")
    text = Parsed(html(small(passed, failed))).text()
    for part in ("the second check", "search() raised KeyError: 'm'", place, "hi", "6/16"):
        assert part in text
    assert "the first check" not in text


def test_a_file_of_stubs_is_told_in_one_sentence() -> None:
    stub = because("not_implemented", "{function}() is not implemented yet.", function="search")
    page = html(small(*(verdict(find("1.1"), f"check {n}", "fail", 4, stub) for n in range(4))))
    panel = page[page.index('<article class="learner"') :]
    assert panel.count("search() is not implemented yet.") == 1
    assert "Also failed: check 1; check 2; check 3" in panel


def test_the_most_failed_checks_come_first_with_their_commonest_reason() -> None:
    first, second = (because(name, "{what} is wrong.", what=name) for name in ("one", "two"))
    exercise = find("1.1")
    passed, failed = verdict(exercise, "b", "pass", 8), verdict(exercise, "b", "fail", 8, first)
    found = [
        [verdict(exercise, "a", "fail", 8, reason), other]
        for reason, other in ((first, failed), (second, passed), (second, passed))
    ]
    parts = [small(*verdicts).outcomes[0] for verdicts in found]
    class_ = Class(info((exercise,)), tuple(replace(part, learner=learner(n)) for n, part in enumerate(parts)))
    most, least = findings.most_failed(class_)
    assert (most.title, most.learners, most.of, most.reason, most.with_reason) == ("a", 3, 3, "two", 2)
    assert (least.title, least.learners) == ("b", 1)
    shown = section(html(class_), "failed")
    assert shown.index("1.1 a 3 of 3 learners two × 2 two is wrong.") < shown.index("1.1 b 1 of 3 learners one × 1")


def test_a_check_that_was_not_run_stops_nobody() -> None:
    parent = because("not_run", PARENT, parent="a")
    why = because("why", "It is wrong.")
    class_ = small(
        verdict(find("1.1"), "a", "fail", 8, why), verdict(find("1.1"), "b", "fail", 8, parent, blocked_by="1.1/a")
    )
    assert [one.title for one in findings.most_failed(class_)] == ["a"]


def test_what_was_not_graded_is_told_apart_from_what_failed() -> None:
    noisy = because("too_noisy", "this machine is too noisy just now: {pairs} pairs", pairs=60)
    class_ = small(verdict(find("1.1"), "fast enough", "not_graded", 16, noisy), learners=3)
    page = html(class_)
    assert "1.1 fast enough 3 of 3 learners too_noisy × 3 this machine is too noisy just now: 60 pairs" in section(
        page, "open"
    )
    assert "No check has failed." in section(page, "failed")
    assert [row[3] for row in cells(page)] == ["?", "?", "?"]


def test_submissions_without_results_say_why(graded: Class, page: str) -> None:
    shown = section(page, "without")
    counts = Counter(outcome.status for outcome in graded.outcomes)
    assert shown.count("handed in nothing") == counts["nothing"] > 0
    assert shown.count("it would unpack to more than 64 MiB") == counts["refused"] > 0


def test_changed_files_of_the_kit_are_listed(graded: Class, page: str) -> None:
    shown = section(page, "changed")
    assert shown.count("grader/verdict.py") == sum(bool(outcome.changed) for outcome in graded.outcomes) > 0


def test_many_changed_files_are_counted() -> None:
    why = verdict(find("1.1"), "a", "pass", 16)
    shown = section(html(small(why, changed=tuple(f"f{n}.py" for n in range(30)))), "changed")
    assert "f7.py" in shown
    assert "f8.py" not in shown
    assert "and 22 more" in shown


def test_the_conditions_are_on_the_page(page: str) -> None:
    text = Parsed(page).text()
    for part in ("Vector databases, spring 2026", "2026-03-04 05:06 UTC", "0.1.0 (8c9d3b9)", "server v2.3.5", "3.12.4"):
        assert part in text
    assert "Isolation bubblewrap" in text


def test_no_isolation_is_said_in_words(graded: Class) -> None:
    trusting = Class(replace(graded.info, isolation="none"), graded.outcomes[:3])
    assert "none: the submissions were trusted" in Parsed(html(trusting)).text()


def test_an_empty_class_has_a_page() -> None:
    text = Parsed(html(Class(info(), ()))).text()
    assert "0 of 0 submissions have results." in text


def test_the_page_is_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    class_ = small(verdict(find("1.1"), TITLE, "fail", 16, because("not_run", PARENT, parent=Message(TITLE))))
    monkeypatch.setenv("DOJO_LANG", "ko")
    korean = html(class_)
    assert '<html lang="ko">' in korean
    assert TITLE not in korean
    assert re.search("[가-힣]", korean)


# Shares and their distribution


@pytest.mark.parametrize(
    ("mark", "colour", "text"),
    [
        (None, "open", "–"),
        (Mark(0, 4, 4), "open", "–"),
        (Mark(0, 4), "s0", "0"),
        (Mark(1, 4), "s1", "25"),
        (Mark(2, 4), "s2", "50"),
        (Mark(3, 4), "s3", "75"),
        (Mark(4, 4), "s4", "100"),
        (Mark(2, 4, 2), "s4", "100"),
        (Mark(999, 1000), "s3", "99"),
    ],
)
def test_the_colour_says_the_share_of_the_graded_points(mark: Mark | None, colour: str, text: str) -> None:
    assert (share_class(mark), percent(mark)) == (colour, text)


def test_every_learner_is_in_one_bar() -> None:
    shares = [0, 0.05, 0.1, 0.3, 0.3 - 1e-12, 0.999, 1.0, 1.0]
    drawn = distribution(shares)
    assert drawn is not None
    assert [bar.count for bar in drawn.bars] == [2, 1, 0, 2, 0, 0, 0, 0, 0, 3]
    assert drawn.bars[0].range == "0–9"
    assert drawn.bars[-1].range == "90–100"
    assert all(0 <= bar.y <= 100 for bar in drawn.bars)
    assert distribution([]) is None


# Privacy, size, and what is hostile


def test_ids_and_folders_stay_away(graded: Class, page: str) -> None:
    for outcome in graded.outcomes:
        assert outcome.learner.id not in page
        assert outcome.learner.folder not in page
        assert outcome.key not in page


def test_a_large_class_has_a_page_of_some_megabytes() -> None:
    size = len(html(class_of(300)).encode())
    assert size < LARGEST


def test_one_learner_cannot_make_it_large() -> None:
    why = because("why", "{text}", text="x" * 1_000_000)
    loud = verdict(find("1.1"), "a", "fail", 16, why, where="y" * 1_000_000, printed="z\n" * 1_000_000)
    assert len(html(small(loud, changed=("w" * 100_000,) * 100))) < 60_000


def test_hostile_texts_are_shown_and_do_nothing(hostile: str) -> None:
    parsed = Parsed(hostile)
    assert not parsed.names() & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "input"}
    for _, attributes in parsed.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
        assert "pwned" not in (attributes.get("style") or "")
    assert "<script>pwned = 1</script>" in parsed.text(), "they are shown, though"
    assert "{{ 7 * 7 }}" in parsed.text()


def test_no_control_character_reaches_the_page(hostile: str) -> None:
    found = {c for c in hostile if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    assert found == set()
    assert "\\u202e" in hostile


def test_the_page_loads_nothing(page: str) -> None:
    (style,) = ["".join(text for path, text in Parsed(page).texts if "style" in path)]
    assert not re.search(r"url\(|@import|src:", style)
    assert "://" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("template", ["{why.__class__}", "{why!a}", "{why:>1000000000}", "{nothing}", "{"])
def test_a_trouble_that_is_no_plain_sentence_is_not_said(template: str) -> None:
    outcome = Outcome(Learner("f", "i", "p"), "refused", "k", 7, Message(template, {"why": "x"}))
    page = html(Class(info(), (outcome,)))
    assert "class &#39;str" not in page
    assert len(page) < 60_000
