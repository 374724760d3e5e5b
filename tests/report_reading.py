"""Reads the page as a browser does, and spoils documents as somebody might."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from grader.progress import Standing
from grader.report.graded import understood
from grader.report.page import Known, Row, html
from tests import report_demo
from tests.report_demo import CORE, STAGES, document, run_of

HOSTILE = (
    "</script></style></title></svg></pre><script>pwned = 1</script><img src=x onerror=pwned=1> ]]> --> "
    "\" onload='pwned=1' {{ 7 * 7 }} {% raw %} &lt;b&gt; \x1b[2J\x1b]0;owned\x07 \x00 \x9b \r "
    "\u202e\u2066\u200f \u2028 \ud800 \ufffe javascript:pwned=1 https://example.com/x.png "
    + "\u0301" * 40
    + "한글 \U0001f3ac"
)
PARENT = 'not run, since it builds on "{parent}"'
TITLE = "reads see what was written a moment ago"
"""A sentence and a title that the Korean catalogue has."""
VOID = {"meta", "br", "wbr", "img", "link", "input", "hr"}
SVG_SHAPES = {"circle", "line", "path", "rect"}


class Parsed(HTMLParser):
    """A page as a browser reads it: every element, its attributes and all text; raises where tags don't match."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_SHAPES, f"<{tag}/> doesn't end in HTML"
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], f"</{tag}> inside {self.open}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self.open), data))

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}

    def text(self) -> str:
        """Return what a reader sees, with every run of white space as one space."""
        return " ".join(" ".join(text for path, text in self.texts if "style" not in path).split())


def page_of(last: Any, of: Any = CORE[0], **changes: Any) -> str:
    """Return the page of a clone with one exercise, whose last result is a document."""
    known = Row(of, Standing(2.0, 0.0, "2025-01-01T00:00:00+00:00"), understood(last, of.id) or "unreadable", 1)
    return html(Known(((replace(STAGES[1], exercises=(of,)), (replace(known, **changes),)),), of))


def article(page: str, of: Any) -> str:
    """Return the text of an exercise's part of the page."""
    whole = page[page.index(f'id="exercise-{of.id}"') - 30 :]
    inner = re.sub(r"<[^>]+>", " ", whole[: whole.index("</article>")])
    return " ".join(inner.split())


def hostile(value: Any, text: str = HOSTILE) -> Any:
    """Return a document in which every string but ids, kinds and verdicts is hostile."""
    kept = {"format", "id", "status", "kind", "role", "began"}
    match value:
        case dict():
            return {key: one if key in kept else hostile(one, text) for key, one in value.items()}
        case list():
            return [hostile(one, text) for one in value]
        case str():
            return text
    return value


def demo_document() -> Any:
    """Return the richest of the demo's documents."""
    return document(run_of(CORE[0], report_demo.index_management()))
