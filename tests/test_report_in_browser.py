"""The page in a real browser: at a laptop's and a phone's width, light and dark, whole and with hostile documents."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grader.report.graded import understood
from grader.report.page import Known, html
from tests import report_demo
from tests.browser import (
    CONTRASTS,
    LAPTOP,
    LEAST_CONTRAST,
    PHONE,
    STICKS_OUT,
    Opened,
    launched,
    needs_chromium,
    opening,
)
from tests.report_demo import CORE, STAGES, document, run_of
from tests.report_reading import hostile

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def spoiled() -> Known:
    """Return a clone with a document whose every text is hostile, one with a line of a megabyte, and one unreadable."""
    documents = (
        hostile(document(run_of(CORE[0], report_demo.index_management()))),
        hostile(document(run_of(CORE[1], report_demo.search_optimisation())), "W" * 1_000_000),
        {"format": "nothing"},
    )
    rows = tuple(
        replace(report_demo.row(of, None), last=understood(json.loads(json.dumps(last)), of.id) or "unreadable")
        for of, last in zip(CORE, documents, strict=False)
    )
    return Known(((STAGES[1], rows),), CORE[0])


PAGES = {"demo": report_demo.demo, "hostile": spoiled}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOJO_LANG", "en")
        for name, make in PAGES.items():
            (place / f"{name}.html").write_text(html(make()), encoding="utf-8")
    return place


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((name, size, scheme), id=f"{name}-{size[0]}-{scheme}")
        for name in PAGES
        for size in (LAPTOP, PHONE)
        for scheme in ("light", "dark")
    ],
)
def opened(request: pytest.FixtureRequest, browser: Browser, folder: Path) -> Iterator[Opened]:
    name, size, scheme = request.param
    with opening(browser, folder / f"{name}.html", size, scheme) as shown:
        shown.asks("document.querySelectorAll('details').forEach(d => { d.open = true })")
        yield shown


def test_nothing_is_loaded_or_run_and_nothing_sticks_out(opened: Opened) -> None:
    opened.page.mouse.wheel(0, 5_000)
    opened.page.wait_for_timeout(50)
    assert opened.requests == [opened.address]
    assert opened.said == []
    assert opened.dialogs == []
    assert opened.asks("typeof pwned") == "undefined"
    assert opened.asks("document.scripts.length") == 0
    assert opened.asks("document.documentElement.scrollWidth - innerWidth") <= 0
    assert opened.asks(STICKS_OUT) == []


def test_text_can_be_told_from_what_lies_behind_it(opened: Opened) -> None:
    found = opened.asks(CONTRASTS)
    assert len(found) > 30
    assert [text for text, contrast in found if contrast < LEAST_CONTRAST] == []


def test_headings_are_in_order_and_links_lead_somewhere(opened: Opened) -> None:
    levels = opened.asks("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert opened.asks("[...document.links].filter(a => !document.getElementById(a.hash.slice(1))).length") == 0


def test_charts_are_seen_whole(opened: Opened) -> None:
    charts = opened.page.locator(".plot > svg")
    assert charts.count() >= 2
    for chart in charts.all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 220
        assert box["height"] > 220
    assert opened.asks(LABELS_THAT_MEET) == []


def test_dark_is_dark(browser: Browser, folder: Path) -> None:
    """The page, its cards and its charts take their colours from the reader's choice."""
    seen = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto((folder / "demo.html").as_uri())
        seen[scheme] = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,"
            " getComputedStyle(document.querySelector('.card')).backgroundColor,"
            " getComputedStyle(document.querySelector('.point.yours')).stroke]"
        )
        page.close()
    assert all(light != dark for light, dark in zip(seen["light"], seen["dark"], strict=True))


LABELS_THAT_MEET = """
[...document.querySelectorAll('.plot > svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('.label')].filter(e => e.getClientRects().length)
    .map(e => [e.textContent, e.getBoundingClientRect()]);
  return boxes.flatMap(([text, a], i) => boxes.slice(0, i)
    .filter(([_, b]) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
    .map(([other]) => text + ' | ' + other));
})
"""
