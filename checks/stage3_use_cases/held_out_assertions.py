"""What the checks of 3.3 ask of hold_out_last: the last film of each user apart, and nothing left that tells it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grader.check import because, returned, shortened
from grader.runner.submission import Submission

Numbers = npt.NDArray[np.int64]
Row = tuple[int, int, int]
USERS = 40
TWICE, ONE_FILM = 8, 5
"""Users who watched their last film before, and users who never watched another one."""


def assert_splits(submission: Submission, rng: np.random.Generator) -> None:
    """Have a fresh list of films split, and hold both parts against what the brief says."""
    rows = _interactions(rng)
    train, held_out = _parts(submission.call("hold_out_last", rows))
    given = [_row(row) for row in rows]
    _assert_rows_are_given(train + held_out, given)
    answers = _answers(given)
    asked = [user for user, _, _ in held_out]
    assert len(set(asked)) == len(asked), because(
        "several_answers",
        "hold_out_last() holds out {rows} rows of {users} users: one for each user, the last.",
        rows=len(asked),
        users=len(set(asked)),
    )
    untrained = sorted(set(asked) - {row[0] for row in given if row[1] != answers[row[0]][1]})
    assert not untrained, because(
        "asks_without_training",
        "hold_out_last() holds out a row of the users {users}, of whom nothing is left to learn from. All their rows "
        "stay in the training part.",
        users=shortened(untrained),
    )
    _assert_last(held_out, answers)
    _assert_no_leak(train, held_out)
    _assert_all_there(train, asked, given, answers)


def _interactions(rng: np.random.Generator) -> Numbers:
    """Return films of some users in random order; some watched the last one before, some only ever one."""
    rows: list[Row] = []
    seconds = iter(rng.choice(1_000_000, 2_000, replace=False).tolist())
    for user, count in enumerate(rng.integers(4, 12, USERS).tolist()):
        own = rng.choice(200, count, replace=False).tolist()
        times = sorted(next(seconds) for _ in own)
        if user < ONE_FILM:
            own = [own[0]] * (1 + user % 3)
        elif user < ONE_FILM + TWICE:
            own[user % (count - 2)] = own[-1]
        rows += [(user, film, second) for film, second in zip(own, times, strict=False)]
    return rng.permutation(np.array(rows, dtype=np.int64))


def _answers(rows: list[Row]) -> dict[int, Row]:
    """Return the last row of each user."""
    return {row[0]: row for row in sorted(rows, key=lambda row: row[2])}


def _parts(value: Any) -> tuple[list[Row], list[Row]]:
    parts = returned(value, list[Any], "hold_out_last")
    assert len(parts) == 2, because(
        "not_two_parts",
        "hold_out_last() should return two parts, training and held out, and it returned {actual}.",
        actual=len(parts),
    )
    train, held_out = (_rows(part) for part in parts)
    return train, held_out


def _rows(part: Any) -> list[Row]:
    array = returned(part, np.ndarray, "hold_out_last")
    assert array.dtype.kind in "iu", because(
        "wrong_rows",
        "hold_out_last() should return arrays of whole numbers; one of them is of {dtype}.",
        dtype=str(array.dtype),
    )
    assert array.ndim == 2, because(
        "wrong_rows",
        "hold_out_last() should return arrays of three columns; one of them has the shape {shape}.",
        shape=str(array.shape),
    )
    assert array.shape[1] == 3, because(
        "wrong_rows",
        "hold_out_last() should return arrays of three columns; one of them has the shape {shape}.",
        shape=str(array.shape),
    )
    return [_row(row) for row in array]


def _row(row: Any) -> Row:
    user, film, second = (int(number) for number in row)
    return user, film, second


def _assert_rows_are_given(rows: list[Row], given: list[Row]) -> None:
    foreign = set(rows) - set(given)
    assert not foreign, because(
        "foreign_rows",
        "hold_out_last() returned the row {row}, which isn't among those that it was given.",
        row=str(min(foreign, default="")),
    )


def _assert_last(held_out: list[Row], answers: dict[int, Row]) -> None:
    wrong = [row for row in held_out if row != answers[row[0]]]
    assert not wrong, because(
        "not_the_last",
        "hold_out_last() holds out {actual} of user {user}, whose last film is {expected}. Rows come in any order: the "
        "third column says what was last.",
        actual=str(wrong[0] if wrong else ""),
        user=wrong[0][0] if wrong else 0,
        expected=str(answers[wrong[0][0]] if wrong else ""),
    )


def _assert_no_leak(train: list[Row], held_out: list[Row]) -> None:
    """Make sure that no training row tells an answer."""
    leaked = sorted(set(train) & set(held_out))
    assert not leaked, because(
        "leaks",
        "hold_out_last() returned {count} rows in both parts, {row} for instance. Whoever learns from the answers "
        "finds them again, and the hit rate says nothing about films that people haven't watched yet.",
        count=len(leaked),
        row=str(leaked[0] if leaked else ""),
    )
    answers = {row[:2] for row in held_out}
    told = [row for row in train if row[:2] in answers]
    assert not told, because(
        "leaks_by_repetition",
        "User {user} has watched film {film} twice. hold_out_last() holds out the later row and leaves {row} in the "
        "training part, which tells the answer.",
        user=told[0][0] if told else 0,
        film=told[0][1] if told else 0,
        row=str(told[0] if told else ""),
    )


def _assert_all_there(train: list[Row], asked: list[int], given: list[Row], answers: dict[int, Row]) -> None:
    """Make sure that everybody who can be asked is, and that everything else may be learnt."""
    askable = {row[0] for row in given if row[1] != answers[row[0]][1]}
    assert set(asked) == askable, because(
        "asks_too_few",
        "hold_out_last() holds out a row of {actual} users. {expected} have watched more than one film: each of them "
        "can be asked for the last.",
        actual=len(asked),
        expected=len(askable),
    )
    expected = [row for row in given if row[0] not in askable or row[1] != answers[row[0]][1]]
    assert sorted(train) == sorted(expected), because(
        "loses_rows",
        "hold_out_last() returned {actual} training rows, expected {expected}: all that tell no answer, each once.",
        actual=len(train),
        expected=len(expected),
    )
