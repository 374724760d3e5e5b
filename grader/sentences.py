"""Sentences on the disk: how a message is kept, and how it is read back without trusting what it says.

    {"msgid": "{function}() raised {type}: {message}", "fields": {"function": "search", …}}

A template is a format of Python's, and formats can reach attributes (`{a.__class__}`) and ask for a gigabyte of spaces
(`{a:>1000000000}`). The kit's own sentences do neither. So whatever was read from a file is said only where its
template is as plain as theirs.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import re
import string
from typing import Any

from grader.translate import said
from infra.messages import Message

DEPTH = 3
"""How deep sentences stand in the fields of sentences."""
LONGEST = 1_500
"""Characters of a field that are kept when a sentence is read back."""


def as_json(message: Message) -> dict[str, Any]:
    """Return a message so that it can be said in another language later."""
    return {"msgid": message.template, "fields": {name: _kept(value) for name, value in message.fields.items()}}


def from_json(document: object, depth: int = DEPTH) -> Message | None:
    """Return a message that was kept, or None where the document isn't one or couldn't be said safely."""
    match document:
        case {"msgid": str(msgid), "fields": dict(fields)} if depth:
            message = Message(msgid, {str(name): _read(value, depth) for name, value in fields.items()})
            return message if is_plain(message) else None
    return None


def is_plain(message: Message) -> bool:
    """Say whether a template does no more than name its fields, quote them, and say how a number is written."""
    try:
        parts = list(string.Formatter().parse(message.template))
    except ValueError:
        return False
    return all(
        name is None
        or (
            name.isidentifier()
            and name in message.fields
            and conversion in (None, "r")
            and _NUMBER.fullmatch(spec or "")
        )
        for _, name, spec, conversion in parts
    )


def told(message: Message, otherwise: str = "") -> str:
    """Return a sentence in the reader's language, or `otherwise` where its template or its fields can't be said.

    What it returns is still to be made inert for the place where it is shown.
    """
    if _is_plain_throughout(message):
        with contextlib.suppress(*_UNSAYABLE):
            return said(message)
    return otherwise


def english(message: Message | None) -> str:
    """Return the English sentence, empty where there is none; a template that isn't plain is returned as it is."""
    if message is None:
        return ""
    if _is_plain_throughout(message):
        with contextlib.suppress(*_UNSAYABLE):
            return str(message)
    return message.template


def _is_plain_throughout(message: Message, depth: int = DEPTH + 1) -> bool:
    inner = [value for value in message.fields.values() if isinstance(value, Message)]
    return depth > 0 and is_plain(message) and all(_is_plain_throughout(one, depth - 1) for one in inner)


_UNSAYABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
_NUMBER = re.compile(r",?(\.\d{1,2})?[dfgeEG%]?")
"""What may stand after the colon: `:,`, `:.2f`, `:g`, but no width."""


def _kept(value: object) -> Any:
    """Return the value of a field: a sentence, or what JSON can hold and a format such as `:g` takes."""
    match value:
        case Message():
            return as_json(value)
        case bool() | None:
            return value
        case numbers.Integral():
            return int(value)
        case numbers.Real() if math.isfinite(value):
            return float(value)
    return str(value)


def _read(value: object, depth: int) -> object:
    if isinstance(value, dict):
        inner = from_json(value, depth - 1)
        return str(value.get("msgid", ""))[:LONGEST] if inner is None else inner
    if isinstance(value, list):
        return ""
    return value[:LONGEST] if isinstance(value, str) else value
