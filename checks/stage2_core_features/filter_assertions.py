"""What the checks of 2.4 ask of an expression: that it finds what the wish means in Python, whatever the values are."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from checks.stage2_core_features.product_shelf import Asked, Refused, Shelf
from grader.check import Reason, because
from infra.messages import N_, Message

Mistake = tuple[frozenset[int], Reason]
"""What a named mistake would find, and the reason to give when it is found."""


def assert_finds(shelf: Shelf, asked: Asked, *mistakes: Mistake) -> None:
    """Put an expression with ordinary values to Milvus, and compare what it finds with what is wanted."""
    try:
        found = shelf.found(asked.expression)
    except Refused as refused:
        raise AssertionError(
            because(
                "refused_expression",
                "{call} returned {expression}, and Milvus doesn't understand that: {message}",
                call=asked.call,
                expression=asked.shown,
                message=str(refused),
            )
        ) from None
    for ids, reason in mistakes:
        assert found != ids or ids == asked.wanted, reason
    assert found == asked.wanted, because(
        "wrong_products",
        "{call} returned {expression}, which finds {actual} products, and it should be {expected}. "
        "Missing: {missing}; too many: {extra}.",
        call=asked.call,
        expression=asked.shown,
        actual=len(found),
        expected=len(asked.wanted),
        missing=shelf.named(asked.wanted - found),
        extra=shelf.named(found - asked.wanted),
    )


def assert_keeps_inside(shelf: Shelf, asked: Asked, literal: str = "", text: str = "") -> None:
    """Put an expression with hostile values to Milvus: it must find the products that have exactly these values.

    Args:
        shelf: the products.
        asked: the call, its expression, and what is wanted.
        literal: what `quote` made of `text`, where that is known.
        text: the value itself.
    """
    fields = {"call": asked.call, "expression": asked.shown, "looks": _looks_like(literal, text)}
    try:
        found = shelf.found(asked.expression)
    except Refused as refused:
        raise AssertionError(
            because(
                "refused_value",
                "{call} made the expression {expression}, and Milvus can't read that: {message}. {looks}",
                message=str(refused),
                **fields,
            )
        ) from None
    assert len(found - asked.wanted) <= 1, because(
        "broke_out",
        "{call} made the expression {expression}. It should find {expected} of {all} products, and it finds {actual}: "
        "part of the value ended the literal and went on as an expression. Whoever types that sees everything. "
        "{looks}",
        expected=len(asked.wanted),
        all=len(shelf.products),
        actual=len(found),
        **fields,
    )
    assert found == asked.wanted, because(
        "value_changed",
        "{call} made the expression {expression}. It should find {expected}, and it finds {actual}: the literal means "
        "another text than the one that was given. {looks}",
        expected=shelf.named(asked.wanted, "brand"),
        actual=shelf.named(found, "brand"),
        **fields,
    )


def assert_literal_prefix(shelf: Shelf, asked: Asked, prefix: str) -> None:
    """Put an expression for names that start with %, _ or a backslash somewhere to Milvus."""
    fields = {"call": asked.call, "expression": asked.shown}
    try:
        found = shelf.found(asked.expression)
    except Refused as refused:
        raise AssertionError(
            because(
                "refused_prefix",
                "{call} returned {expression}, and Milvus doesn't take it: {message}. To LIKE, % is a wildcard "
                "wherever it stands. A range of names (>= and <) has no wildcards.",
                message=str(refused),
                **fields,
            )
        ) from None
    extra = found - asked.wanted
    assert not extra, because(
        "wildcard_in_prefix",
        "{call} returned {expression}, which also finds {extra}. They don't start with {prefix}: to LIKE, % is a "
        "wildcard for any text and _ for any character. A range of names (>= and <) has no wildcards.",
        extra=shelf.named(extra),
        prefix=prefix,
        **fields,
    )
    assert found == asked.wanted, because(
        "prefix_not_found",
        "{call} returned {expression}, which doesn't find {missing}. To LIKE, a backslash is a letter in one version "
        "and an escape in another, so neither escaping nor leaving it alone is right everywhere. A range of names (>= "
        "and <) needs neither.",
        missing=shelf.named(asked.wanted - found),
        **fields,
    )


def _looks_like(literal: str, text: str) -> Message:
    """Say which way of quoting made a literal, where it is a well-known wrong one."""
    for write, sentence in _WRONG_WAYS:
        if literal and write(text) == literal:
            return Message(sentence)
    return Message(
        N_("Every text has to go through quote(), which escapes backslashes first, then quotes, then line breaks.")
    )


def _escape(text: str, *characters: str) -> str:
    for character in characters:
        text = text.replace(character, "\\" + character)
    return text


_WRONG_WAYS: Sequence[tuple[Callable[[str], str], str]] = (
    (
        lambda text: f'"{_escape(text, chr(92), chr(34))}"',
        N_("A line break can't stand in a literal, no more than a quote can: write \\n, and \\r."),
    ),
    (
        lambda text: f'"{text}"',
        N_("The text stands between quotes as it is: what ends a literal has to be escaped."),
    ),
    (
        lambda text: f"'{text}'",
        N_("The text stands between quotes as it is: what ends a literal has to be escaped."),
    ),
    (
        lambda text: f'"{_escape(text, chr(34))}"',
        N_("Only quotes are escaped. A backslash before one undoes that: backslashes have to be escaped first."),
    ),
    (
        lambda text: f"'{_escape(text, chr(39))}'",
        N_("Only quotes are escaped. A backslash before one undoes that: backslashes have to be escaped first."),
    ),
    (
        lambda text: f'"{_escape(text, chr(34), chr(92))}"',
        N_("Backslashes are escaped last, those that were put before quotes too: escape backslashes first."),
    ),
    (
        json.dumps,
        N_(
            "json.dumps() writes Korean and emoji as \\u escapes, which not every Milvus reads; ensure_ascii=False "
            "leaves them as they are."
        ),
    ),
    (
        lambda text: '"' + text.replace('"', '""') + '"',
        N_("A quote that is doubled is SQL's way; Milvus wants a backslash before it."),
    ),
)
"""Ways of quoting that go wrong somewhere, and what to say of each; a right literal may look like several."""
