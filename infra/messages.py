"""Sentences that people will read, kept as a template with named fields so that they can be translated.

A sentence is written once, in English, as the template of a `Message`; `grader.translate` turns it into the
reader's language. Templates are marked with `N_` where they stand, and babel collects them from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def N_(template: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a template for translation and return it unchanged."""
    return template


@dataclass(frozen=True)
class Message:
    """One sentence for a person: an English template (a gettext msgid) and the values of its fields."""

    template: str
    fields: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.template.format(**self.fields)
