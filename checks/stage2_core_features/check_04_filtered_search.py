"""Checks of 2.4 Filtered search.

Expressions are put to a small collection of the grader's own (the shelf), and must find what the wish means in Python.
The search works in the collection that the learner's code made (the shop), which the grader has filled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checks.stage2_core_features import filter_mistakes as mistakes
from checks.stage2_core_features.filter_assertions import assert_finds, assert_keeps_inside, assert_literal_prefix
from checks.stage2_core_features.product_hits import (
    Answers,
    assert_complete,
    assert_nearest,
    assert_only_matching,
    assert_ranked,
    compared,
)
from checks.stage2_core_features.product_requests import READS, assert_asks_once
from checks.stage2_core_features.product_rows import (
    BRANDS,
    BREAKS_OUT_TOGETHER,
    COLORS,
    DIM,
    TAGS,
    Predicate,
    brand_among,
    holds_at,
    named,
    tagged,
)
from checks.stage2_core_features.product_shelf import ORDINARY, Asked, Shelf, create, make_shelf
from checks.stage2_core_features.product_shop import (
    Shop,
    assert_indexed,
    assert_ready,
    assert_schema,
    fill,
    make_queries,
)
from fixtures.milvus import Milvus
from fixtures.proxy import proxy_to
from grader.check import check
from grader.kept import Kept
from grader.measured import Measured
from grader.racing import Race
from grader.runner.submission import Submission

K = 10
QUERIES = 24
HALF, ONE_PERCENT = 0.5, 0.01
SAMPLED = 12
"""How many hostile texts go through each function beside quote(), which gets all."""


@pytest.fixture
def shelf(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Shelf:
    """A few hundred products of the grader's own, once for all checks."""
    made = kept("shelf", lambda: make_shelf(submission, milvus, rng))
    return Shelf(submission, milvus, made.collection, made.products, made.texts, made.patterns)


@pytest.fixture
def empty_shop(submission: Submission, milvus: Milvus, kept: Kept) -> str:
    """The collection that the learner's code made on this server, once for all checks."""

    def make() -> str:
        name = milvus.new_name("products")
        submission.call("create_products", milvus.endpoint(), name, DIM)
        return name

    return kept("empty_shop", make)


@pytest.fixture
def shop(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator, empty_shop: str) -> Shop:
    """The same collection, filled by the grader."""
    made = kept("shop", lambda: fill(submission, milvus, empty_shop, rng))
    return Shop(submission, milvus, empty_shop, made.vectors, made.prices)


@pytest.fixture
def exact_shop(submission: Submission, milvus: Milvus, rng: np.random.Generator) -> Shop:
    """A shop of the grader's own, searched exactly: whatever parameters a search asks for, both sides find the same."""
    return fill(submission, milvus, create(milvus, "exact_shop"), rng)


@check("2.4")
def compares_and_lists(shelf: Shelf, rng: np.random.Generator) -> None:
    """price_between and brand_in find what they should, ends included"""
    for _ in range(3):
        prices = rng.choice([p["price"] for p in shelf.products], 2, replace=False)
        low, high = sorted(float(price) for price in prices)
        (asked,) = shelf.ask("price_between", ([low, high], _costs(low, high)))
        assert_finds(shelf, asked, mistakes.ends_left_out(shelf, asked, low, high))
    for number in (1, 3):
        brands = _draw(rng, BRANDS, number)
        (asked,) = shelf.ask("brand_in", ([brands], brand_among(brands)))
        assert_finds(shelf, asked)
    (asked,) = shelf.ask("brand_in", ([[]], brand_among([])))
    assert_finds(shelf, asked, mistakes.empty_list_finds_all(shelf, asked))


@check("2.4")
def looks_into_arrays(shelf: Shelf, rng: np.random.Generator) -> None:
    """has_tags finds the products that carry all the tags"""
    for number in (2, 1, 3):
        tags = _draw(rng, TAGS, number)
        (asked,) = shelf.ask("has_tags", ([tags], tagged(tags)))
        assert_finds(shelf, asked, mistakes.any_tag(shelf, asked, tags))


@check("2.4")
def reads_json_paths(shelf: Shelf, rng: np.random.Generator) -> None:
    """attribute_is looks into the details, along a path, for texts, numbers and booleans"""
    wishes: list[tuple[list[str], Any]] = [
        (["color"], str(rng.choice(COLORS))),
        (["warranty"], 24),
        (["warranty"], "24"),
        (["box", "weight"], int(rng.integers(1, 9)) / 2),
        (["box"], "flat"),
        (["used"], bool(rng.integers(2))),
    ]
    for path, value in wishes:
        (asked,) = shelf.ask("attribute_is", ([path, value], holds_at(path, value)))
        as_text = mistakes.value_as_text(shelf, asked, path, value)
        nothing = mistakes.nothing_at_the_path(asked, path)
        assert_finds(shelf, asked, *([nothing, as_text] if len(path) > 1 else [as_text]))


@check("2.4")
def starts_with_a_prefix(shelf: Shelf, rng: np.random.Generator) -> None:
    """name_starts_with finds the names that start so, Korean ones too"""
    names = _draw(rng, [p["name"] for p in shelf.products[:ORDINARY]], 4)
    for prefix in (*(name[: int(rng.integers(2, 6))] for name in names), "Qui", "무", "무선 "):
        (asked,) = shelf.ask("name_starts_with", ([prefix], named(prefix)))
        assert_finds(shelf, asked, mistakes.prefix_anywhere(shelf, asked, prefix), mistakes.prefix_as_a_whole(asked))


@check("2.4", points=3)
def quotes_any_text(shelf: Shelf) -> None:
    """quote keeps every text inside its literal: quotes, backslashes, line breaks, Korean"""
    wishes: list[tuple[list[object], Predicate]] = [([text], brand_among([text])) for text in shelf.texts]
    for text, asked in zip(shelf.texts, shelf.ask("quote", *wishes), strict=True):
        in_use = Asked(asked.call, f"brand == {asked.expression}", asked.wanted)
        assert_keeps_inside(shelf, in_use, asked.expression, text)


@check("2.4", points=2, after=[quotes_any_text])
def values_cannot_break_out(shelf: Shelf, rng: np.random.Generator) -> None:
    """no value breaks out of the expressions that it goes into"""
    texts = [*shelf.texts[:3], *_draw(rng, shelf.texts, SAMPLED)]
    pairs = [*BREAKS_OUT_TOGETHER, *zip(texts[::2], texts[1::2], strict=False)]
    wishes: dict[str, list[tuple[list[object], Predicate]]] = {
        "brand_in": [([list(pair)], brand_among(pair)) for pair in pairs],
        "has_tags": [([[text]], tagged([text])) for text in texts],
        "attribute_is": [([["maker"], text], holds_at(["maker"], text)) for text in texts],
        "name_starts_with": [([text], named(text)) for text in texts if text and not set(text) & set("%_\\")],
    }
    for function, of_it in wishes.items():
        for asked in shelf.ask(function, *of_it):
            assert_keeps_inside(shelf, asked)


@check("2.4", after=[starts_with_a_prefix])
def prefix_is_no_pattern(shelf: Shelf) -> None:
    """name_starts_with takes %, _ and backslashes as they are written"""
    for prefix in shelf.patterns:
        (asked,) = shelf.ask("name_starts_with", ([prefix], named(prefix)))
        assert_literal_prefix(shelf, asked, prefix)


@check("2.4")
def combines_expressions(shelf: Shelf, rng: np.random.Generator) -> None:
    """all_of holds where all its expressions hold, whatever is in them"""
    price = float(np.median([p["price"] for p in shelf.products]))
    one, two = _draw(rng, BRANDS, 2)
    cheap, either = f"price <= {price}", f'brand == "{one}" or brand == "{two}"'
    both = [either, cheap]
    (asked,) = shelf.ask("all_of", ([both], lambda p: p["brand"] in (one, two) and p["price"] <= price))
    assert_finds(
        shelf,
        asked,
        mistakes.and_before_or(shelf, asked, one, two, price),
        mistakes.any_expression(shelf, asked, one, two, price),
    )
    for expressions, holds in ([cheap], _costs(0, price)), ([], _costs(0, 1_000)):
        (asked,) = shelf.ask("all_of", ([expressions], holds))
        assert_finds(shelf, asked)


@check("2.4", points=2)
def creates_the_products(milvus: Milvus, empty_shop: str) -> None:
    """create_products makes the fields of the brief, ready to search"""
    assert_schema(milvus, empty_shop)
    assert_ready(milvus, empty_shop)


@check("2.4", points=2, after=[creates_the_products])
def filters_while_it_searches(shop: Shop, rng: np.random.Generator) -> None:
    """search_products returns as many as it should, where half of the products match"""
    _answers(shop, HALF, rng)


@check("2.4", points=2, after=[filters_while_it_searches])
def fills_the_page_from_few(shop: Shop, rng: np.random.Generator) -> None:
    """search_products returns as many as it should, where one product in a hundred matches"""
    _answers(shop, ONE_PERCENT, rng)


@check("2.4", after=[filters_while_it_searches])
def returns_all_there_are(shop: Shop, rng: np.random.Generator) -> None:
    """search_products returns all that match where it is asked for more, none where none does"""
    few = shop.cheapest(ONE_PERCENT)
    queries = make_queries(rng, 4)
    for kept, limit in ((few, 2 * few.matches), (shop.up_to(0), K), (shop.everything(), K)):
        _assert_filtered(shop, shop.search(kept, queries, limit))


@check("2.4", points=2, after=[fills_the_page_from_few])
def finds_the_nearest(shop: Shop, rng: np.random.Generator, measured: Callable[[Measured], None]) -> None:
    """search_products finds the nearest that match, as exact search in numpy does"""
    index = shop.vector_index()
    every = [(share, _answers(shop, share, rng)) for share in (1.0, HALF, ONE_PERCENT)]
    measured(compared(every))
    for _, answers in every[1:]:
        assert_nearest(answers, index)


@check("2.4", after=[fills_the_page_from_few])
def asks_once(shop: Shop, rng: np.random.Generator) -> None:
    """search_products sends one search, for no more products than it was asked for"""
    for share, limit in ((HALF, 7), (ONE_PERCENT, K)):
        with proxy_to(shop.milvus.server.uri, keep=READS) as proxy:
            at = shop.milvus.through(proxy.uri)
            answers = shop.search(shop.cheapest(share), make_queries(rng, 1), limit, at)
            assert_asks_once(answers.call, limit, proxy.calls, proxy.decode)


@check("2.4", after=[filters_while_it_searches], needs=["scalar_indexes"])
def indexes_the_fields(shop: Shop, rng: np.random.Generator) -> None:
    """index_fields gives name, brand and price an index over every product"""
    shop.submission.call("index_fields", shop.milvus.endpoint(), shop.collection)
    assert_indexed(shop)
    _answers(shop, HALF, rng)


@check("2.4", points=2, after=[finds_the_nearest, asks_once], timed=True)
def is_as_fast_as_the_reference(exact_shop: Shop, rng: np.random.Generator, race: Race) -> None:
    """search_products takes no longer than the reference, where half of the products match"""
    shop, place = exact_shop, exact_shop.milvus.endpoint()

    def draw() -> list[Sequence[object]]:
        kept = shop.cheapest(float(rng.uniform(HALF - 0.1, HALF + 0.1)))
        return [(place, shop.collection, query, kept.expression, K) for query in make_queries(rng, 2)]

    def are_right(argss: list[Sequence[object]], results: list[Any]) -> None:
        for (_, _, query, expression, limit), result in zip(argss, results, strict=True):
            kept = shop.up_to(float(str(expression).removeprefix("price <= ")))
            answers = shop.answers(kept, np.array([query]), int(str(limit)), [result])
            _assert_filtered(shop, answers)
            assert_nearest(answers, "FLAT")

    race.judge("search_products", draw, are_right, limit=1.3)


def _answers(shop: Shop, share: float, rng: np.random.Generator) -> Answers:
    """Have the learner's code search among a share of the products; all that it returns must match, and be ranked."""
    answers = shop.search(shop.cheapest(share), make_queries(rng, QUERIES), K)
    _assert_filtered(shop, answers)
    return answers


def _assert_filtered(shop: Shop, answers: Answers) -> None:
    assert_only_matching(answers)
    if any(len(keys) != answers.expected for keys in answers.keys):
        assert_complete(answers, shop.found_plainly(answers), shop.vector_index())
    assert_ranked(answers)


def _costs(low: float, high: float) -> Predicate:
    return lambda product: low <= product["price"] <= high


def _draw(rng: np.random.Generator, texts: Sequence[str], number: int) -> list[str]:
    """Draw texts, each once (as they are: an array of numpy would cut a text's trailing NULs)."""
    return [texts[int(place)] for place in rng.choice(len(texts), number, replace=False)]
