"""The page of documents that somebody has changed, or that hold what hostile code said: whole, small and inert."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import results
from grader.check import because
from grader.measured import AT_MOST
from grader.progress import Standing
from grader.report.graded import LARGEST_FILE, Graded, read, understood
from grader.report.page import html
from grader.sentences import DEPTH
from tests import report_demo
from tests.report_demo import CORE, document, run_of, verdict
from tests.report_reading import HOSTILE, PARENT, TITLE, Parsed, demo_document, hostile, page_of


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "en")


def test_hostile_strings_are_inert() -> None:
    clean, spoiled = Parsed(page_of(demo_document())), Parsed(page_of(hostile(demo_document())))
    assert spoiled.names() <= clean.names() | {"pre", "samp", "time"}
    assert not {"script", "img", "iframe", "link", "object", "embed", "form", "a:href"} & spoiled.names()
    for tag, attributes in spoiled.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not {"src", "xlink:href", "srcset", "action"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
        assert "pwned" not in (attributes.get("style") or "")
    assert "<script>pwned = 1</script>" in spoiled.text(), "they are shown, though"
    assert "{{ 7 * 7 }}" in spoiled.text()


def test_no_control_character_reaches_the_page() -> None:
    spoiled = page_of(
        hostile(demo_document()), standing=Standing(1, 0, "x", HOSTILE, HOSTILE, "2025-01-01T00:00+00:00")
    )
    assert "\\x1b[2J" in spoiled
    assert "\\u202e" in spoiled
    found = {c for c in spoiled if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    assert found == set()
    spoiled.encode("utf-8")


def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    page = page_of(hostile(demo_document(), "x" * 1_000_000 + HOSTILE))
    assert len(page) < 200_000
    assert "more characters stand in .dojo/results/2.1.json" in page


def test_the_page_loads_nothing() -> None:
    for page in (html(report_demo.demo()), page_of(hostile(demo_document()))):
        parsed = Parsed(page)
        (style,) = ["".join(text for path, text in parsed.texts if "style" in path)]
        assert not re.search(r"url\(|@import|src:", style)
        for tag, attributes in parsed.tags:
            for name, value in attributes.items():
                assert "//" not in (value or ""), (tag, name)
        policy = next(a["content"] for _, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy is not None
        assert policy.startswith("default-src 'none'")
    assert "://" not in html(report_demo.demo())


def spoiled_documents() -> Iterator[Any]:
    """Give documents with one part of the wrong type, everywhere in turn."""
    whole = demo_document()

    def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        yield path
        children = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
        for key, child in children:
            yield from places(child, (*path, key))

    for path in places(whole):
        for wrong in (None, True, -1, 1e308, "text", [], {}, [[]], {"": None}, 10**300):
            spoiled = json.loads(json.dumps(whole))
            target = spoiled
            for key in path[:-1]:
                target = target[key]
            if path:
                target[path[-1]] = wrong
            yield spoiled if path else wrong


def test_any_part_of_the_wrong_type_harms_nothing_else() -> None:
    seen = 0
    for spoiled in spoiled_documents():
        found = understood(spoiled, "2.1")
        assert found is None or isinstance(found, Graded)
        seen += 1
        if seen % 40 == 0:
            Parsed(page_of(spoiled))
    assert seen > 500


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
rows = st.fixed_dictionaries(
    {"title": st.text(max_size=9) | anything, "status": st.sampled_from(["pass", "fail", "not_graded"]) | anything},
    optional=dict.fromkeys(("points", "reason", "message", "sentence", "where", "printed", "measured"), anything),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.lists(rows, max_size=4), anything)
def test_whatever_a_document_says_the_page_is_whole(checks: list[Any], rest: Any) -> None:
    shape = {"format": results.FORMAT, "exercises": [{"id": "2.1", "checks": checks, "backend": rest, "milvus": rest}]}
    assert isinstance(understood(shape | {"seed": rest, "began": rest, "seconds": rest}, "2.1"), Graded)
    Parsed(page_of(shape | {"seed": rest, "began": rest, "seconds": rest}))


def test_what_cannot_be_read_is_said_with_the_command_that_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "2.1.json"
    assert read(path, "2.1") is None
    good = demo_document()
    bad = [
        *("", "{", "[]", "null", "\x00\x01", "7", '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000),
        *(json.dumps(good | {"format": "v9"}), json.dumps(good | {"exercises": []}), "1" * 5_000),
        json.dumps(good | {"exercises": [good["exercises"][0] | {"id": "2.2"}]}),
    ]
    for text in bad:
        path.write_text(text, encoding="utf-8")
        assert read(path, "2.1") == "unreadable", text[:40]
    path.write_bytes(b"\xff\xfe")
    assert read(path, "2.1") == "unreadable"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    assert read(path, "2.1") == "unreadable"
    path.unlink()
    path.mkdir()
    assert read(path, "2.1") == "unreadable"
    assert (
        "can't be read any more. Grading it again writes it anew: nox -s stage2 -- 2.1" in Parsed(page_of(None)).text()
    )


def test_huge_documents_make_a_page_of_bounded_size() -> None:
    point = [1.0, 0.5, "p" * 500]
    series = {"name": "s", "role": "yours", "points": [point] * 5_000}
    chart = {"kind": "chart", "title": "t", "x": "x", "y": "y", "series": [series] * 500}
    table = {"kind": "table", "title": "t", "columns": ["c"] * 900, "rows": [[1] * 900] * 900}
    check = {"title": "t", "status": "fail", "printed": "line\n" * 9_000, "measured": [chart, table] * 500}
    last = {"format": results.FORMAT, "exercises": [{"id": "2.1", "checks": [check] * 3_000}]}
    began = time.process_time()
    page = page_of(last)
    assert time.process_time() - began < 5
    assert len(page) < 5_000_000
    assert page.count("<figure") == AT_MOST["measured"]
    Parsed(page)


# Sentences


@pytest.mark.parametrize(
    "sentence",
    [
        {"msgid": PARENT, "fields": {"parent": {"msgid": "{x:>999999999}", "fields": {"x": 1}}}},
        {"msgid": "{x:>99999999999}", "fields": {"x": 1}},
        {"msgid": "{x.__class__.__mro__}", "fields": {"x": 1}},
        {"msgid": PARENT, "fields": {}},
        {"msgid": "{function}() raised {type}: {message}", "fields": {"function": [1], "type": {}, "message": None}},
        {"msgid": "{id}: {earned:g} of {points:g} points", "fields": {"id": "1", "earned": "much", "points": 10**400}},
        {"msgid": 7, "fields": {}},
        {"fields": 3},
        [],
        "text",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "ko"])
def test_only_sentences_of_the_catalogue_are_templates(
    sentence: Any, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOJO_LANG", language)
    last = document(run_of(CORE[0], (verdict(CORE[0], "one", "fail", 2, because("x", "why")),)))
    last["exercises"][0]["checks"][0] |= {"sentence": sentence, "message": "{as it is}"}
    began = time.process_time()
    found = understood(last, "2.1")
    assert time.process_time() - began < 1
    assert found is not None
    assert len(found.checks[0].message) < 2_000
    assert language == "ko" or found.checks[0].message == "{as it is}"


def test_sentences_in_sentences_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "ko")
    nested: dict[str, Any] = {"msgid": TITLE, "fields": {}}
    for _ in range(DEPTH * 20):
        nested = {"msgid": PARENT, "fields": {"parent": nested}}
    last = document(run_of(CORE[0], (verdict(CORE[0], "one", "fail", 2, because("x", "why")),)))
    last["exercises"][0]["checks"][0]["sentence"] = nested
    assert understood(last, "2.1") is not None
