"""What the check of 3.4 asks of a picture: every measurement leaves a mark, and the mark stands where it belongs.

A picture isn't compared with another one's taste. The grader moves one measurement between others that stay: what
changes in the picture is its mark.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from checks.stage3_use_cases.png import png
from grader.check import because, shortened
from grader.measured import Picture
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_, Message

Pixels = npt.NDArray[np.uint8]
Row = dict[str, Any]

SMALLEST, LARGEST = 100, 2_000
"""Pixels of a side."""
PLACES = 8
FOLLOWS = 0.7
"""Rank correlation between where measurements are and where their marks are: 1 measured. Of 8 places that are drawn at
random it reaches this in 3 of 100 pictures, and both axes have to."""


def assert_marks(submission: Submission, rng: np.random.Generator) -> None:
    """Have measurements drawn, then each of them left out, then one of them in many places."""
    rows = _rows(rng)
    whole, again, *without = _drawn(submission, [rows, rows, *(rows[:n] + rows[n + 1 :] for n in range(len(rows)))])
    assert len(np.unique(whole.reshape(-1, 3), axis=0)) > 1, because(
        "blank", "draw() was given {rows} measurements and returned a picture of one colour.", rows=len(rows)
    )
    assert np.array_equal(whole, again), because(
        "differs_by_itself",
        "draw() was given the same measurements twice, and returned different pictures. Whoever compares the reports "
        "of two days wants to see what has changed, and nothing else.",
    )
    for row, picture in zip(rows, without, strict=True):
        assert not np.array_equal(whole, picture), because(
            "left_out",
            "draw() drew the same picture with the measurement {row} and without it. Every measurement leaves a mark.",
            row=_shown(row),
        )
    _assert_follows(submission, rng, "recall", "not_right", N_("to the right"))
    _assert_follows(submission, rng, "qps", "not_up", N_("upwards"))


def drawn_by_learner(submission: Submission, rows: list[Row]) -> Picture | None:
    """Return what the learner's code draws of measurements, for the report; None where it draws nothing."""
    try:
        pixels = _picture(submission.call("draw", rows))
    except (LearnerError, AssertionError):
        return None  # another check says why
    return Picture(N_("What your sweep measured through a slow network, drawn by your draw"), png(pixels))


def _assert_follows(submission: Submission, rng: np.random.Generator, what: str, reason: str, where: str) -> None:
    """Move one measurement along one axis, between others that stay, and see whether its mark follows."""
    low, high = _row(10, 1, 0.5, 50.0), _row(400, 1, 1.0, 1_000.0)
    along, across = rng.permutation(np.linspace(0.1, 0.9, PLACES)), float(rng.uniform(0.3, 0.7))
    moved = [_row(40, 2, *_at(*((share, across) if what == "recall" else (across, share)))) for share in along.tolist()]
    pictures = _drawn(submission, [[low, each, high] for each in moved])
    reference = np.median(np.stack(pictures), axis=0).astype(np.uint8)  # what all of them have: axes, words
    marks = [_centre(picture, reference) for picture in pictures]
    assert all(mark is not None for mark in marks), because(
        "does_not_move",
        "draw() was given the same measurements but for one, whose {what} was another each time, and drew the same "
        "picture.",
        what=what,
    )
    axis = [mark[0] if what == "recall" else -mark[1] for mark in marks if mark is not None]
    follows = _rank_correlation(along, np.array(axis))
    assert follows >= FOLLOWS, because(
        reason,
        "One measurement was moved while the others stayed. The greater its {what}, the farther {where} its mark "
        "should be, and the two have a rank correlation of {follows}. Recall goes to the right and answers per second "
        "upwards; row 0 of an array is at the top.",
        what=what,
        where=Message(where),
        follows=f"{follows:.2f}",
    )


def _at(recall: float, qps: float) -> tuple[float, float]:
    """Return a recall and a rate, by their shares of the way between the two that stay."""
    return 0.5 + 0.5 * recall, 50.0 + 950.0 * qps


def _centre(picture: Pixels, reference: Pixels) -> tuple[float, float] | None:
    """Return the middle of what is different in two pictures: x and y in pixels."""
    if picture.shape != reference.shape:
        return None
    y, x = np.nonzero((picture != reference).any(axis=2))
    return (float(np.median(x)), float(np.median(y))) if len(x) else None


def _rank_correlation(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Return Spearman's rank correlation; 0 where nothing moves."""
    rank_a, rank_b = (np.argsort(np.argsort(each)).astype(float) for each in (a, b))
    return float(np.corrcoef(rank_a, rank_b)[0, 1]) if np.ptp(b) > 0 else 0.0


def _rows(rng: np.random.Generator) -> list[Row]:
    """Draw what a sweep measures: recall rises with ef, QPS falls with it and rises with the workers."""
    rows = []
    for workers in (1, 4):
        recalls = np.sort(rng.uniform(0.6, 1.0, 3))
        rates = -np.sort(-rng.uniform(50, 300, 3)) * workers**0.5
        for n, (recall, qps) in enumerate(zip(recalls.tolist(), rates.tolist(), strict=True)):
            rows.append(_row(10 * 2**n, workers, recall, qps))
    return rows


def _row(ef: int, workers: int, recall: float, qps: float) -> Row:
    p50 = 1e3 * workers / qps
    return {
        "params": {"ef": ef},
        "workers": workers,
        "recall": recall,
        "qps": qps,
        "mean_ms": 1.1 * p50,
        "p50_ms": p50,
        "p95_ms": 1.5 * p50,
        "p99_ms": 2 * p50,
        "failed_share": 0.0,
    }


def _drawn(submission: Submission, pictures: list[list[Row]]) -> list[Pixels]:
    return [_picture(submission.call("draw", rows)) for rows in pictures]


def _picture(said: Any) -> Pixels:
    """Return a picture, if it is one."""
    right = (
        isinstance(said, np.ndarray)
        and said.dtype == np.uint8
        and said.ndim == 3
        and said.shape[2] == 3
        and all(SMALLEST <= side <= LARGEST for side in said.shape[:2])
    )
    assert right, because(
        "no_picture",
        "draw() should return an array of uint8 of shape (height, width, 3), each side {smallest} to {largest} pixels. "
        "It returned {actual}.",
        smallest=SMALLEST,
        largest=LARGEST,
        actual=f"{said.dtype} {said.shape}" if isinstance(said, np.ndarray) else shortened(said),
    )
    picture: Pixels = said
    return picture


def _shown(row: Row) -> str:
    return f"(ef={row['params']['ef']}, {row['workers']} workers, recall {row['recall']:.2f}, {row['qps']:.0f} QPS)"
