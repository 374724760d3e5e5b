"""The summary of a class: Markdown in which nothing hostile is anything but text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.classroom.outcome import Class, Learner
from grader.classroom.writing.summary import LARGEST, markdown
from infra.messages import Message
from tests.class_demo import WORST, class_of, hostile_class, mixed


@pytest.fixture(scope="module")
def graded() -> Class:
    return class_of(60)


@pytest.fixture(scope="module")
def hostile() -> Class:
    return hostile_class(40, WORST)


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
