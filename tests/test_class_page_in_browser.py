"""The page of a class in a real browser: 300 learners, hostile ones too, at a laptop's and a phone's width."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grader.classroom.page import html
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
from tests.class_demo import class_of, hostile_class
from tests.report_reading import HOSTILE

LEARNERS = 300
NAMES = HOSTILE + "\n=CMD()|'/c calc'!A0\u202eevil"
LONGEST_LOAD_CPU_S = 4.0
"""Of the page's own thread, several times what it takes here: a page that needs this much is no use to anybody."""

pytestmark = needs_chromium
PAGES = {"demo": lambda: class_of(LEARNERS), "hostile": lambda: hostile_class(LEARNERS, NAMES)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("class pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOJO_LANG", "en")
        for name, make in PAGES.items():
            (place / f"{name}.html").write_text(html(make()), encoding="utf-8")
    return place


@pytest.fixture(
    params=[
        pytest.param((name, size, scheme), id=f"{name}-{size[0]}-{scheme}")
        for name, size, scheme in (
            ("demo", LAPTOP, "light"),
            ("demo", PHONE, "dark"),
            ("hostile", LAPTOP, "dark"),
            ("hostile", PHONE, "light"),
        )
    ],
)
def opened(request: pytest.FixtureRequest, browser: Browser, folder: Path) -> Iterator[Opened]:
    name, size, scheme = request.param
    with opening(browser, folder / f"{name}.html", size, scheme) as shown:
        yield shown


def test_nothing_is_loaded_or_run_and_nothing_sticks_out(opened: Opened) -> None:
    assert opened.requests == [opened.address]
    assert opened.said == []
    assert opened.dialogs == []
    assert opened.asks("typeof pwned") == "undefined"
    assert opened.asks("document.scripts.length") == 0
    assert opened.asks("document.documentElement.scrollWidth - innerWidth") <= 0
    assert opened.asks(STICKS_OUT) == []


def test_text_can_be_told_from_what_lies_behind_it(opened: Opened) -> None:
    opened.asks("location.hash = document.querySelector('.grades td.s2 a').hash")
    found = opened.asks(CONTRASTS)
    assert len(found) > 1_000
    assert [text for text, contrast in found if contrast < LEAST_CONTRAST] == []


def test_a_cell_opens_its_exercise_and_the_way_back_leads_to_the_row(opened: Opened) -> None:
    shown = opened.page.locator(".learner:visible")
    assert shown.count() == 0
    link = opened.page.locator(".grades td.s2 a").nth(5)
    target = link.get_attribute("href")
    assert target is not None
    link.click()
    assert shown.count() == 1
    opened.page.wait_for_function(IN_VIEW, arg=target[1:])
    shown.locator("a.close").click()
    assert shown.count() == 0
    row = target[1:].partition("-")[0] + "r"
    opened.page.wait_for_function(IN_VIEW, arg=row)
    assert opened.asks("location.hash") == f"#{row}"


def test_a_pseudonym_opens_that_learner(opened: Opened) -> None:
    link = opened.page.locator(".grades tbody th a").nth(20)
    name = link.inner_text()
    link.click()
    assert opened.page.locator(".learner:visible h2").inner_text() == name


def test_names_stay_in_sight_while_the_table_is_scrolled(opened: Opened) -> None:
    opened.asks("document.querySelector('.grades').scrollTo({left: 400, top: 900, behavior: 'instant'})")
    edge = opened.asks("document.querySelector('.grades').getBoundingClientRect().left")
    name = opened.asks("document.querySelectorAll('.grades tbody th')[40].getBoundingClientRect().left")
    assert abs(name - edge) < 3
    top = opened.asks("document.querySelector('.grades').getBoundingClientRect().top")
    head = opened.asks("document.querySelector('.grades thead th').getBoundingClientRect().top")
    assert abs(head - top) < 3


def test_headings_are_in_order_and_links_lead_somewhere(opened: Opened) -> None:
    levels = opened.asks("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert opened.asks("[...document.links].filter(a => !document.getElementById(a.hash.slice(1))).length") == 0


def test_a_page_of_300_learners_opens_quickly(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto((folder / "demo.html").as_uri())
    taken = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    page.close()
    assert 0 < taken["TaskDuration"] < LONGEST_LOAD_CPU_S


IN_VIEW = """
id => {
  const box = document.getElementById(id).getBoundingClientRect();
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
}
"""
