"""Expressions of 2.4 that people write instead of the right one: what each finds, and what there is to say of it."""

from __future__ import annotations

from collections.abc import Sequence

from checks.stage2_core_features.filter_assertions import Mistake
from checks.stage2_core_features.product_rows import holds_at
from checks.stage2_core_features.product_shelf import Asked, Shelf
from grader.check import because


def ends_left_out(shelf: Shelf, asked: Asked, low: float, high: float) -> Mistake:
    """The range without its ends."""
    return shelf.where(lambda p: low < p["price"] < high), because(
        "ends_left_out",
        "{call} returned {expression}, which leaves out what costs exactly {low} or {high}. At least and at most are "
        ">= and <=.",
        call=asked.call,
        expression=asked.shown,
        low=low,
        high=high,
    )


def empty_list_finds_all(shelf: Shelf, asked: Asked) -> Mistake:
    """An empty list of brands that stands for no wish."""
    return shelf.where(lambda _: True), because(
        "empty_list_finds_all",
        "{call} returned {expression}, which finds everything. A list of allowed brands may be empty, for a customer "
        "who may see none: `brand in []` finds nothing.",
        call=asked.call,
        expression=asked.shown,
    )


def any_tag(shelf: Shelf, asked: Asked, tags: Sequence[str]) -> Mistake:
    """One of the tags is enough."""
    return shelf.where(lambda p: bool(set(tags) & set(p["tags"]))), because(
        "any_tag",
        "{call} returned {expression}, which finds products with any of the tags. All of them are wanted: "
        "array_contains_all, or one array_contains for each.",
        call=asked.call,
        expression=asked.shown,
    )


def value_as_text(shelf: Shelf, asked: Asked, path: Sequence[str], value: object) -> Mistake:
    """The text that shows a number or a boolean."""
    return shelf.where(holds_at(path, str(value))), because(
        "value_as_text",
        '{call} returned {expression}, which looks for a text. {value} is no text: in JSON 24 and "24" are two values. '
        "Quote texts only.",
        call=asked.call,
        expression=asked.shown,
        value=value,
    )


def nothing_at_the_path(asked: Asked, path: Sequence[str]) -> Mistake:
    """A path that leads nowhere."""
    return frozenset(), because(
        "nothing_at_the_path",
        "{call} returned {expression}, which finds nothing, and {expected} products have that. Each key of {path} has "
        'brackets of its own: details["box"]["weight"].',
        call=asked.call,
        expression=asked.shown,
        expected=len(asked.wanted),
        path=str(list(path)),
    )


def prefix_anywhere(shelf: Shelf, asked: Asked, prefix: str) -> Mistake:
    """The prefix anywhere in the name."""
    return shelf.where(lambda p: prefix in p["name"]), because(
        "prefix_anywhere",
        "{call} returned {expression}, which finds names that have the prefix anywhere. They should start with it.",
        call=asked.call,
        expression=asked.shown,
    )


def prefix_as_a_whole(asked: Asked) -> Mistake:
    """A pattern without a wildcard, or an equality."""
    return frozenset(), because(
        "prefix_as_a_whole",
        "{call} returned {expression}, which finds nothing, and {expected} names start so. Without a wildcard LIKE "
        "compares whole names.",
        call=asked.call,
        expression=asked.shown,
        expected=len(asked.wanted),
    )


def and_before_or(shelf: Shelf, asked: Asked, one: str, two: str, price: float) -> Mistake:
    """`brand == one or brand == two` joined to a price without brackets."""
    return shelf.where(lambda p: p["brand"] == one or (p["brand"] == two and p["price"] <= price)), because(
        "and_before_or",
        "{call} returned {expression}. `and` binds more closely than `or`, so the price holds for one of the two "
        "brands only. Put each expression into brackets.",
        call=asked.call,
        expression=asked.shown,
    )


def any_expression(shelf: Shelf, asked: Asked, one: str, two: str, price: float) -> Mistake:
    """One of the expressions is enough."""
    return shelf.where(lambda p: p["brand"] in (one, two) or p["price"] <= price), because(
        "any_expression",
        "{call} returned {expression}, which finds products for which any one of the expressions holds. All of them "
        "should.",
        call=asked.call,
        expression=asked.shown,
    )
