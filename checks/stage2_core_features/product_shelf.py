"""What the expressions of 2.4 are put to: a small collection of the grader's own, and the same products in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import grpc
import numpy as np
from pymilvus import DataType, MilvusException

from checks.stage2_core_features.product_rows import (
    DIM,
    MOST_TAGS,
    TEXT_BYTES,
    Predicate,
    Product,
    hostile_texts,
    labelled,
    make_products,
    names_like_patterns,
    without_quoting,
)
from fixtures.milvus import Milvus
from grader.check import because, returned, shortened
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission

ORDINARY = 120
DRAWN = 40
LONGEST_EXPRESSION = 20_000
MOST_SHOWN = 160
ANSWERS_WITHIN_S = 15


class Refused(Exception):
    """Milvus couldn't make sense of an expression."""


@dataclass(frozen=True)
class Asked:
    """One call of a learner's function, and the expression that it returned.

    Attributes:
        call: the call, for sentences.
        expression: what it returned.
        wanted: ids of the products for which the wish is true in Python.
    """

    call: str
    expression: str
    wanted: frozenset[int]

    @property
    def shown(self) -> str:
        """The expression on one line, for sentences."""
        line = self.expression.translate({10: "⏎", 13: "␍", 9: "⇥"})
        return (line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…") or '""'


@dataclass(frozen=True)
class Shelf:
    """A few hundred products, in Milvus and in Python.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        products: what it holds.
        texts: the hostile texts among their names, brands, tags and details.
        patterns: prefixes that LIKE would read as patterns; for each there are names that start so and that don't.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    products: Sequence[Product]
    texts: Sequence[str]
    patterns: Sequence[str]

    def where(self, holds: Predicate) -> frozenset[int]:
        """Return the ids of the products for which a predicate holds in Python."""
        return frozenset(product["id"] for product in self.products if holds(product))

    def ask(self, function: str, *wishes: tuple[list[object], Predicate]) -> list[Asked]:
        """Have a learner's function make an expression for each wish.

        Args:
            function: its name.
            *wishes: for each call its arguments, and what they mean.

        Raises:
            LearnerError: a call didn't return a value.
        """
        values = self.submission.map(function, [arguments for arguments, _ in wishes])
        asked = []
        for (arguments, holds), value in zip(wishes, values, strict=True):
            if isinstance(value, LearnerError):
                raise value
            call = f"{function}({', '.join(shortened(argument) for argument in arguments)})"
            asked.append(Asked(call, as_expression(value, function), self.where(holds)))
        return asked

    def found(self, expression: str) -> frozenset[int]:
        """Return the ids of the products for which Milvus finds an expression true.

        Raises:
            Refused: it doesn't take the expression; with what it says.
        """
        try:
            rows = self.milvus.client.query(
                self.collection,
                filter=expression,
                limit=2 * len(self.products),
                output_fields=["id"],
                consistency_level="Eventually",  # nothing has been written since a Strong read
                timeout=ANSWERS_WITHIN_S,
            )
        except MilvusException as error:
            why = error.message.rpartition(", error: ")[2].partition("\n")[0]  # before it comes the expression itself
            raise Refused(why[:MOST_SHOWN]) from None
        except grpc.RpcError as error:  # brackets within brackets within brackets keep its parser busy for ever
            raise Refused(f"no answer within {ANSWERS_WITHIN_S} s") from error
        return frozenset(row["id"] for row in rows)

    def named(self, ids: frozenset[int], field: str = "name") -> str:
        """Show a few products by one of their fields."""
        return shortened([product[field] for product in self.products if product["id"] in ids])


def as_expression(value: object, function: str) -> str:
    """Return an expression as learner code must return it: a text, and no book."""
    expression: str = returned(value, str, function)
    assert len(expression) <= LONGEST_EXPRESSION, because(
        "expression_too_long",
        "{function}() returned an expression of {actual} characters for a short list of values.",
        function=function,
        actual=len(expression),
    )
    return expression


def make_shelf(submission: Submission, milvus: Milvus, rng: np.random.Generator) -> Shelf:
    """Create and fill the collection with the grader's own client."""
    collection = create(milvus, "shelf")
    texts = hostile_texts(rng, DRAWN)
    twins = [twin for text in texts if (twin := without_quoting(text)) not in texts]
    labels = [*texts, *dict.fromkeys(twins)]
    patterns = names_like_patterns(rng)
    names = [name for of_prefix in patterns.values() for name in of_prefix]
    products = make_products(rng, range(ORDINARY + len(labels) + len(names)))
    for product, text in zip(products[ORDINARY:], labels, strict=False):
        product |= labelled(product, text)
    for product, name in zip(products[ORDINARY + len(labels) :], names, strict=True):
        product["name"] = f"{name} {product['id']}"
    milvus.client.insert(collection, products, timeout=20)
    milvus.count(collection)  # a Strong read: from now on every reader sees the products
    return Shelf(submission, milvus, collection, products, texts, list(patterns))


def create(milvus: Milvus, stem: str) -> str:
    """Create a collection of products with the grader's own client, searched exactly, and return its name."""
    client, name = milvus.client, milvus.new_name(stem)
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=DIM)
    schema.add_field("name", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("brand", DataType.VARCHAR, max_length=TEXT_BYTES)
    schema.add_field("price", DataType.DOUBLE)
    tag = {"element_type": DataType.VARCHAR, "max_capacity": MOST_TAGS, "max_length": TEXT_BYTES}
    schema.add_field("tags", DataType.ARRAY, **tag)
    schema.add_field("details", DataType.JSON)
    index = client.prepare_index_params()
    index.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index, timeout=30)
    return name
