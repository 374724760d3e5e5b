"""A real browser, and what is asked of every page in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
LAPTOP, PHONE = (1366, 768), (390, 844)
LEAST_CONTRAST = 4.5
"""Of a text and what lies behind it: WCAG 2.2, level AA."""

needs_chromium = pytest.mark.skipif(
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


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser of this machine."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@contextmanager
def opening(browser: Browser, file: Path, size: tuple[int, int], scheme: Literal["light", "dark"]) -> Iterator[Opened]:
    """Open a page in a window of its own, and keep all that it does."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = context.new_page()
    shown = Opened(page, file.as_uri())
    page.on("request", lambda asked: shown.requests.append(asked.url))
    page.on("console", lambda message: shown.said.append(message.text))
    page.on("pageerror", lambda error: shown.said.append(str(error)))
    page.on("dialog", lambda dialog: (shown.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(shown.address)
    yield shown
    context.close()


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
