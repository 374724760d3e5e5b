"""Turns messages into the reader's language; English is the msgid, other languages stand in `grader/locale`."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path

from infra.messages import Message

LOCALE = Path(__file__).parent / "locale"


def language() -> str:
    """Return the reader's language, such as `ko`: `DOJO_LANG`, else what the locale variables say."""
    for name in ("DOJO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return re.split("[._@-]", value)[0].lower()
    return "en"


def said(message: Message | str, /, **fields: object) -> str:
    """Return a sentence in the reader's language; a sentence without translation stays English."""
    if isinstance(message, str):
        message = Message(message, fields)
    template = _catalogue(language()).get(message.template) or message.template
    values = {key: said(value) if isinstance(value, Message) else value for key, value in message.fields.items()}
    return template.format(**values)


def translated(text: str) -> str:
    """Return a text without fields, such as a check's title, in the reader's language."""
    return _catalogue(language()).get(text) or text


@functools.cache
def _catalogue(name: str) -> dict[str, str]:
    path = LOCALE / name / "LC_MESSAGES" / "dojo.po"
    if not (name.isalpha() and len(name) <= 8 and path.is_file()):
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id and m.string and not m.fuzzy}
