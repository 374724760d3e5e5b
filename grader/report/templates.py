"""The templates of a page, read before any learner code runs: what that writes into the files is too late."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from grader.translate import LOCALE, language


def texts(folder: Path) -> dict[str, str]:
    """Return the templates and style sheets of a folder by name."""
    return {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.suffix in (".jinja", ".css")}


SHARED = texts(Path(__file__).parent)
"""Those of the learner's page; other pages use its colours, its cards and its lists of checks."""


def template(name: str, of: Mapping[str, str]) -> Template:
    """Return a template that escapes whatever is filled in, and fails where something isn't."""
    environment = Environment(
        loader=DictLoader(of), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


def page_language() -> str:
    """Return the language that a page is in: the reader's where there is a catalogue, else English."""
    name = language()
    return name if name.isalpha() and (LOCALE / name).is_dir() else "en"
