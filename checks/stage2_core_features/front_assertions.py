"""What the check of 2.2 asks of a Pareto front: nothing that is beaten, nothing lost, each setting once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.check import because, returned, shortened
from grader.runner.submission import Submission

Point = tuple[str, float, float]

CASES = 40


def assert_fronts(submission: Submission, rng: np.random.Generator) -> None:
    """Ask for the front of many sets of settings, with ties of every kind among them."""
    cases = sorted(([], *(_settings(rng) for _ in range(CASES))), key=len)  # what is wrong shows best in a small one
    fronts = submission.drive("fronts", cases)
    assert isinstance(fronts, list)
    for points, front in zip(cases, fronts, strict=True):
        assert_front(points, front)


def assert_front(points: Sequence[Point], said: Any) -> None:
    """Hold one front against its definition."""
    front = [_point(each, points) for each in returned(said, list[list[str | float | int]], "pareto_front")]
    for kept in front:
        better = next((other for other in points if _beats(other, kept)), None)
        assert better is None, because(
            "dominated",
            "pareto_front() was given {points} and kept {kept}, which is beaten by {better}: that one costs no more "
            "and finds no less. Mind those that tie in cost or in recall.",
            points=shortened(_shown(points), 240),
            kept=_shown([kept]),
            better=_shown([better] if better else []),
        )
    worth = {point[1:] for point in points if not any(_beats(other, point) for other in points)}
    lost = worth - {point[1:] for point in front}
    assert not lost, because(
        "lost_from_the_front",
        "pareto_front() was given {points} and returned {front}. It dropped the setting with cost and recall {lost}, "
        "which nothing beats: all that cost no more find less.",
        points=shortened(_shown(points), 240),
        front=shortened(_shown(front), 240),
        lost=", ".join(f"({cost:g}, {recall:.3f})" for cost, recall in sorted(lost)[:1]),
    )
    assert len(front) == len(worth), because(
        "kept_equals",
        "pareto_front() was given {points} and returned {front}. Of settings that are equal in cost and recall, one is "
        "enough.",
        points=shortened(_shown(points), 240),
        front=shortened(_shown(front), 240),
    )
    assert [point[1] for point in front] == sorted(point[1] for point in front), because(
        "wrong_order",
        "pareto_front() returned {front}. The cheapest comes first.",
        front=shortened(_shown(front), 240),
    )


def _settings(rng: np.random.Generator) -> list[Point]:
    """Draw settings from so few costs and recalls that many tie, and bends that a convex hull would cut off."""
    count = int(rng.integers(3, 25))
    costs, recalls = rng.integers(1, 12, count) / 2, rng.integers(50, 65, count) / 64
    points = [
        (f"setting {n}", float(cost), float(recall))
        for n, (cost, recall) in enumerate(zip(costs, recalls, strict=True))
    ]
    again = points[int(rng.integers(count))]
    return [*points, (f"setting {count}", again[1], again[2])]


def _beats(one: Point, other: Point) -> bool:
    return one[1] <= other[1] and one[2] >= other[2] and one[1:] != other[1:]


def _point(value: Sequence[Any], points: Sequence[Point]) -> Point:
    """Return a point that learner code kept, if it is one of those that it was given."""
    given = next((point for point in points if list(point) == list(value)), None)
    assert given is not None, because(
        "changed_points",
        "pareto_front() returned {actual}, which isn't one of the settings that it was given. Return them as they are.",
        actual=shortened(value),
    )
    return given if given is not None else ("", 0.0, 0.0)


def _shown(points: Sequence[Point]) -> str:
    """Show settings as people write them."""
    return ", ".join(f"{name} ({cost:g}, {recall:.3f})" for name, cost, recall in points) or "nothing"
