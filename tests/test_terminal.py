"""What people see: 80 columns in a pipe, one failure in full, no words of the learner's that look like the kit's."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from grader.check import Check, Reason, because
from grader.curriculum import find
from grader.errors import CannotWrite
from grader.session import Run
from grader.terminal import Screen, visible
from grader.translate import translated
from grader.verdict import Outcome, Status, Verdict
from infra.messages import Message

EXERCISE = find("1.3")
TITLES = {"1.3": EXERCISE.title, "1.4": "Another exercise"}
LONG = "insert_films() was given {expected} films, and count(*) finds {actual} of them. " * 3
KOREAN = "한 글자는 두 칸을 차지하므로 글자 수로 세면 여든 칸을 넘겨 버려요. " * 4
LIST = str([10_001 + i for i in range(60)])
COMMAND = "nox -s stage1 -- 1.3 --backend server"
languages = pytest.mark.parametrize("language", ["en", "ko"])


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "en")


def check(name: str = "searches", points: float = 1.0, title: str = "", exercise: str = "1.3") -> Check:
    title = title or f"the title of {name}"
    return Check(exercise, name, title, points, (), frozenset(), "seen", False, 60.0)


def sentence(text: str) -> Reason:
    return because("a_reason", "{text}", text=text)


def verdict(status: Status, reason: str = "", name: str = "searches", **others: str) -> Verdict:
    """Return a verdict; `others` are `where`, `printed`, `title` and `exercise`."""
    kinds = {"pass": "passed", "fail": "failed", "not_graded": "not_shown"}
    declared = check(name, title=others.pop("title", ""), exercise=others.pop("exercise", "1.3"))
    why = None if status == "pass" else sentence(reason or "a sentence")
    return Verdict(declared, status, Outcome(kinds[status], why, **others))  # type: ignore[arg-type]


def blocked(by: Status = "fail", name: str = "later") -> Verdict:
    reason = because("not_run", 'not run, since it builds on "{parent}"', parent="the title of searches")
    return Verdict(check(name), by, Outcome("failed", reason), blocked_by="searches")


def pipe() -> tuple[Screen, io.StringIO]:
    """Return a screen that writes into a pipe, as `nox -s stage1 | cat` does."""
    stream = io.StringIO()
    return Screen(Console(file=stream, highlight=False, soft_wrap=True)), stream


def shown(*verdicts: Verdict, commands: dict[str, str] | None = None) -> str:
    """Return what a whole run prints into a pipe."""
    screen, stream = pipe()
    listener = screen.listener(TITLES)
    for one in verdicts:
        listener.begin(one.check)
        listener.end(one)
    began = datetime(2025, 1, 2, tzinfo=UTC)
    screen.summary(Run((EXERCISE,), verdicts, "lite", "x", "exercises", began, 1.0, 1), commands or {})
    return stream.getvalue()


def too_wide(text: str) -> list[str]:
    return [line for line in text.splitlines() if cell_len(line) > 80]


EVERYTHING = [
    verdict("pass"),
    verdict("pass", title="a title that is much too long for its line, and so it goes on below it, and still on"),
    verdict("fail", LONG, where='  File "ex03.py", line 7, in f\n    return 1', printed="hello\n" * 40),
    verdict("fail", LIST, name="b"),
    verdict("fail", KOREAN, name="c"),
    verdict("fail", KOREAN, name="d", exercise="1.4", printed=KOREAN),
    verdict("not_graded", KOREAN, name="e"),
    verdict("not_graded", LONG, name="f", title=KOREAN),
    blocked(),
]


# The pipe


@languages
def test_a_pipe_gets_no_escape_sequence(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("DOJO_LANG", language)
    text = shown(*EVERYTHING, commands={"1.3": COMMAND})
    assert "\x1b" not in text
    assert "\r" not in text


@languages
@pytest.mark.parametrize("number", range(len(EVERYTHING)))
def test_a_pipe_gets_eighty_columns(monkeypatch: pytest.MonkeyPatch, language: str, number: int) -> None:
    monkeypatch.setenv("DOJO_LANG", language)
    assert too_wide(shown(EVERYTHING[number], commands={"1.3": COMMAND})) == []


@languages
def test_the_points_stand_below_each_other(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """Korean letters are two columns wide: padding by their number would put the points anywhere."""
    monkeypatch.setenv("DOJO_LANG", language)
    titles = ["short", "reads see what was written a moment ago", "한글 제목"]
    text = shown(*(verdict("pass", title=title) for title in titles))
    assert [cell_len(line) for line in text.splitlines() if "✓" in line] == [80, 80, 80]
    assert translated(titles[1]) in text


@given(
    text=st.text(st.sampled_from("ab 한글, \n"), min_size=60, max_size=200),
    printed=st.text(st.sampled_from("ab 한글\t\x1b\n"), min_size=60, max_size=200),
)
def test_any_words_fit_the_pipe(text: str, printed: str) -> None:
    assert too_wide(shown(verdict("fail", text, printed=printed), verdict("fail", text, name="b"))) == []


def test_a_word_longer_than_the_line_is_folded_and_kept() -> None:
    word = "x" * 300
    text = shown(verdict("fail", word, where=f"    call({word})", printed=word))
    assert too_wide(text) == []
    assert text.count("x") >= 900


def test_an_error_fits_the_pipe() -> None:
    screen, stream = pipe()
    screen.error(CannotWrite(Message("{text}", {"text": KOREAN}), Message(LONG, {"expected": 1, "actual": 2})))
    assert too_wide(stream.getvalue()) == []
    assert "[" not in stream.getvalue()


# What is shown in full


def test_only_the_first_failure_of_an_exercise_is_shown_in_full() -> None:
    first = verdict("fail", LONG, printed="one", where="line 1")
    second = verdict("fail", LIST, name="b", printed="two", where="line 2")
    text = shown(first, second)
    assert "│ one" in text
    assert "line 1" in text
    assert "two" not in text
    assert "line 2" not in text
    below = text.split("the title of b")[1].splitlines()
    assert below[1].startswith("      [10001, ")
    assert below[1].endswith("…")
    assert "10050" not in text, "the second failure's reason is one line"


def test_each_exercise_has_a_first_failure() -> None:
    text = shown(verdict("fail", printed="one"), verdict("fail", name="b", exercise="1.4", printed="two"))
    assert "│ one" in text
    assert "│ two" in text
    assert text.count("1.4 Another exercise") == 1


def test_a_pass_is_one_line() -> None:
    lines = [line for line in shown(verdict("pass", printed="noise")).splitlines() if line]
    assert lines[0] == f"1.3 {EXERCISE.title}"
    assert re.fullmatch(r"  ✓ the title of searches +1", lines[1])
    assert lines[2] == "1.3: 1 of 15 points"
    assert len(lines) == 3


def test_a_check_that_was_not_run_is_marked_and_explained_once() -> None:
    text = shown(verdict("fail"), blocked(), blocked(name="last"))
    assert text.count("  · the title of") == 2
    assert "not run, since" not in text
    assert text.count("The checks marked · build on one that didn't pass") == 1
    assert "The checks marked" not in shown(verdict("fail"))


def unwritten(name: str, exercise: str = "1.3") -> Verdict:
    reason = because("not_implemented", "{function}() is not implemented yet.", function=name)
    return Verdict(check(name, exercise=exercise), "fail", Outcome("failed", reason))


def test_where_nothing_is_written_the_first_check_stands_for_all() -> None:
    lacking = Verdict(check("e"), "not_graded", Outcome("lacking", sentence("lite can't show it")))
    text = shown(unwritten("a"), blocked(), lacking, unwritten("d"), unwritten("a", exercise="1.4"))
    assert text.count("a() is not implemented yet.") == 2
    assert "  · 3 more checks wait until something is written\n\n1.4" in text
    assert "d()" not in text
    assert "The checks marked" not in text
    assert f"Open exercises/{EXERCISE.stage}/{EXERCISE.stem}.py" in text


@pytest.mark.parametrize("other", [verdict("pass", name="c"), verdict("fail", name="c")], ids=["pass", "fail"])
def test_where_something_is_written_every_check_is_shown_in_order(other: Verdict) -> None:
    text = shown(unwritten("a"), blocked(name="b"), other, blocked(name="d"))
    places = [text.index(f"the title of {name}") for name in "abcd"]
    assert places == sorted(places)
    assert "more checks wait" not in text
    assert "The checks marked" in text
    assert "Open exercises/" not in text


def test_what_was_not_graded_says_why_and_which_command_would() -> None:
    text = shown(verdict("pass"), verdict("not_graded", "lite can't show it", name="b"), commands={"1.3": COMMAND})
    assert "      not graded: lite can't show it" in text
    assert re.search(r"  \? the title of b +–", text)
    assert "1.3: 1 of 15 points, 1 not graded" in text
    assert f"  Grade the rest with: {COMMAND}\n" in text
    assert "Grade the rest" not in shown(verdict("not_graded"))
    assert "Grade the rest" not in shown(verdict("pass"), commands={"1.3": COMMAND})


# What learner code says


def test_what_code_printed_cannot_be_taken_for_the_kit() -> None:
    forged = "  ✓ the title of searches   1\n\n1.3: 15 of 15 points"
    text = shown(verdict("fail", printed=forged))
    assert all(line.startswith("        │ ") for line in text.splitlines() if "15 of 15" in line or "✓" in line)
    assert "        │ 1.3: 15 of 15 points" in text


def test_a_reason_cannot_be_taken_for_the_kit() -> None:
    text = shown(verdict("fail", "f() raised E: \n  ✓ all   1\n1.3: 15 of 15 points"))
    assert [line for line in text.splitlines() if line.startswith(("  ✓", "1.3: 15"))] == []


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \x9b31m \x08\x08 \u202e \x7f pass\rfail"


@pytest.mark.parametrize("place", ["first", "second", "not graded", "printed", "where"])
def test_control_characters_are_seen_and_do_nothing(place: str) -> None:
    rows = {
        "first": [verdict("fail", HOSTILE)],
        "second": [verdict("fail"), verdict("fail", HOSTILE, name="b")],
        "not graded": [verdict("not_graded", HOSTILE)],
        "printed": [verdict("fail", printed=HOSTILE)],
        "where": [verdict("fail", where=HOSTILE)],
    }
    text = shown(*rows[place])
    assert [c for c in text if c != "\n" and not c.isprintable()] == []
    assert "\\x1b[2J" in text


def test_an_error_of_the_kit_shows_control_characters_too() -> None:
    screen, stream = pipe()
    screen.error(CannotWrite(Message("There is no exercise {wanted}.", {"wanted": "\x1b[2J"})))
    assert stream.getvalue() == "There is no exercise \\x1b[2J.\n"


@pytest.mark.parametrize("markup", ["[red]x[/red]", "[/]", "[link=http://x]y[/link]", "\\[b]", ":smile:"])
def test_markup_is_text(markup: str) -> None:
    text = shown(verdict("fail", markup, where=markup, printed=markup), verdict("fail", markup, name="b"))
    assert text.count(markup) == 4
    assert markup in shown(verdict("not_graded", markup))


def test_printed_lines_keep_their_shape_and_long_output_is_cut() -> None:
    table = "name    score\n    a     0.5\n" + "x\n" * 38
    text = shown(verdict("fail", printed=table))
    assert "        │ name    score\n        │     a     0.5\n" in text
    assert text.count("│") == 12
    assert "        … 28 more lines stand in reports/results.json" in text


@given(st.text(st.characters(exclude_categories=[])))
def test_visible_leaves_nothing_that_acts(text: str) -> None:
    made = visible(text)
    assert all(c == "\n" or c.isprintable() for c in made)
    assert made.count("\n") == text.count("\n")
    assert visible(made) == made


# A terminal


def test_a_terminal_gets_colour() -> None:
    stream = io.StringIO()
    screen = Screen(Console(file=stream, force_terminal=True, width=100, soft_wrap=True, color_system="standard"))
    screen.listener(TITLES).end(verdict("fail", "[red]x[/red] \x1b[2J"))
    text = stream.getvalue()
    assert "\x1b[31m" in text
    assert "[red]x[/red] \\x1b[2J" in text
    assert "\x1b[2J" not in text


def test_waiting_in_a_pipe_prints_each_announcement() -> None:
    screen, stream = pipe()
    with screen.waiting():
        screen.announce(Message("Starting Milvus ({backend}).", {"backend": "[b]lite"}))
    assert stream.getvalue() == "Starting Milvus ([b]lite).\n"


def test_a_finding_names_its_problem() -> None:
    screen, stream = pipe()
    screen.finding("the stub fails", None)
    screen.finding("the solution passes", "it\x1b doesn't")
    assert stream.getvalue().splitlines() == ["  ✓ the stub fails", "  ✗ the solution passes", "      it\\x1b doesn't"]
