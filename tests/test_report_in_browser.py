"""The page in a real browser: at a laptop's and a phone's width, light and dark, whole and with hostile documents."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from grader.report.graded import understood
from grader.report.page import Known, html
from tests import report_demo
from tests.report_demo import CORE, STAGES, document, run_of
from tests.report_reading import hostile

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
LAPTOP, PHONE = (1366, 768), (390, 844)
LEAST_CONTRAST = 4.5
"""Of a text and what lies behind it: WCAG 2.2, level AA."""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine; on Debian and Ubuntu: apt-get install chromium"
)


@dataclass
class Opened:
    """A page in the browser, and all that it did."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def asks(self, expression: str) -> Any:
        """Return what an expression gives in the page."""
        return self.page.evaluate(expression)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


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
    name, (width, height), scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    shown = Opened(page, (folder / f"{name}.html").as_uri())
    page.on("request", lambda asked: shown.requests.append(asked.url))
    page.on("console", lambda message: shown.said.append(message.text))
    page.on("pageerror", lambda error: shown.said.append(str(error)))
    page.on("dialog", lambda dialog: (shown.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(shown.address)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    yield shown
    context.close()


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


STICKS_OUT = """
[...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => !e.closest('.scroll, pre, .unseen') && e.getClientRects().length)
  .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5)
  .map(e => e.outerHTML.slice(0, 120))
"""
CONTRASTS = """
(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(e).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.getClientRects().length || e.closest('title, desc, .unseen')) continue;
    const style = getComputedStyle(e);
    const [one, other] = [light(parts(e instanceof SVGElement ? style.fill : style.color)), light(behind(e))];
    found.push([e.textContent.trim().slice(0, 40), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)]);
  }
  return found;
})()
"""
LABELS_THAT_MEET = """
[...document.querySelectorAll('.plot > svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('.label')].filter(e => e.getClientRects().length)
    .map(e => [e.textContent, e.getBoundingClientRect()]);
  return boxes.flatMap(([text, a], i) => boxes.slice(0, i)
    .filter(([_, b]) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
    .map(([other]) => text + ' | ' + other));
})
"""
