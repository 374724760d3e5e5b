"""What a check is made of: the `@check` decorator, reasons, and the third verdict.

A check reads like this; its docstring is the line that a learner sees:

    @check("1.3", points=2, after=[creates_the_collection])
    def deletes_by_key(catalogue):
        "delete_films removes the films it is given, and no others"
        catalogue.call("delete_films", [7, 8])
        assert catalogue.count() == 298, because("not_deleted", "expected {expected} films, …", expected=298)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import typeguard

from infra.messages import Message

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Check:
    """What a check function declares about itself.

    Attributes:
        exercise: id of the exercise, such as `1.3`.
        name: the function's name; `1.3/upsert_replaces` names the check for ever.
        title: first line of its docstring, the line that a learner sees.
        points: what a pass earns.
        after: names of the checks that must have passed before this one can mean anything.
        needs: abilities that the backend must have shown, such as `keeps_duplicates`.
        evidence: `seen` where the verdict rests on what the grader saw; `claim` where it is the learner's word.
        timed: whether it measures time, and so must be alone on the machine.
        limit_s: seconds that the whole check may take, learner code and loading included.
    """

    exercise: str
    name: str
    title: str
    points: float
    after: tuple[str, ...]
    needs: frozenset[str]
    evidence: Literal["seen", "claim"]
    timed: bool
    limit_s: float

    @property
    def id(self) -> str:
        """The name that reports and progress use."""
        return f"{self.exercise}/{self.name}"


@dataclass(frozen=True)
class Reason(Message):
    """Why a check ended as it did: an id that tools compare, and the sentence that people read."""

    id: str = ""


class NotGraded(Exception):
    """Raised by a check that can't show here what it is there to show.

    Attributes:
        reason: why.
        undecided: whether it has measured and can't tell, for noise, on which side of its limit the result lies.
    """

    def __init__(self, reason: Reason, undecided: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.undecided = undecided


def check(
    exercise: str,
    *,
    points: float = 1,
    after: Iterable[Callable[..., Any]] = (),
    needs: Iterable[str] = (),
    evidence: Literal["seen", "claim"] = "seen",
    timed: bool = False,
    limit_s: float = 60.0,
) -> Callable[[Function], Function]:
    """Declare a function as a check of an exercise; its docstring's first line is its title."""

    def declare(function: Function) -> Function:
        title = (function.__doc__ or "").strip().splitlines()[:1]
        function.__dojo__ = Check(  # type: ignore[attr-defined]
            exercise=exercise,
            name=function.__name__,
            title=title[0] if title else function.__name__,
            points=points,
            after=tuple(declared(parent).name for parent in after),
            needs=frozenset(needs),
            evidence=evidence,
            timed=timed,
            limit_s=limit_s,
        )
        return function

    return declare


def declared(function: Callable[..., Any]) -> Check:
    """Return what a check function declares about itself."""
    declaration = function.__dojo__  # type: ignore[attr-defined]
    assert isinstance(declaration, Check)
    return declaration


def because(reason_id: str, template: str, **fields: object) -> Reason:
    """Say why an assertion matters to the learner: expected, actual, what it looks like, what to try.

    Args:
        reason_id: a stable id, such as `inner_product`; known-bad submissions name it.
        template: an English sentence with named fields; it is the msgid of its translations.
        **fields: the values of the fields.
    """
    return Reason(template, fields, reason_id)


def not_graded(reason_id: str, template: str, **fields: object) -> NotGraded:
    """Make the exception with which a check says that this backend or machine can't show it."""
    return NotGraded(because(reason_id, template, **fields))


def undecided(reason_id: str, template: str, **fields: object) -> NotGraded:
    """Make the exception with which a check says that it has measured, and the machine is too noisy to decide."""
    return NotGraded(because(reason_id, template, **fields), undecided=True)


def returned(value: Any, expected: Any, function: str) -> Any:
    """Return `value` if it has the type that the brief promises; else fail with one clear sentence.

    Args:
        value: what `submission.call` brought.
        expected: a type such as `list[dict[str, Any]]`.
        function: name of the learner's function, for the sentence.
    """
    try:
        strategy = typeguard.CollectionCheckStrategy.ALL_ITEMS
        return typeguard.check_type(value, expected, collection_check_strategy=strategy)
    except typeguard.TypeCheckError as error:
        wanted = getattr(expected, "__name__", "") if isinstance(expected, type) else ""
        raise AssertionError(
            because(
                "wrong_type",
                "{function}() should return {expected}, but it returned {actual} ({detail}).",
                function=function,
                expected=str(expected) if not wanted or "[" in str(expected) else wanted,
                actual=shortened(value),
                detail=str(error),
            )
        ) from None


def shortened(value: object, limit: int = 80) -> str:
    """Show a value in one short line."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
