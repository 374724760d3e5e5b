"""What still holds of an earlier start: an exercise is graded again where what its verdicts follow from has changed.

    kept = still_holds(earlier, keys)           the results that needn't be graded again, or None
    results = composed(ids, kept, graded)       with those that were

All of it works on results as they are kept, and grades nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.classroom.outcome import Outcome
from grader.session import exit_code


def still_holds(earlier: Outcome | None, keys: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return an earlier outcome's results of those exercises whose keys are the same.

    Args:
        earlier: what came of the submission, graded to the end or not.
        keys: the keys of now of the exercises that are graded, by id.
    """
    if earlier is None or earlier.results is None:
        return None
    there = graded_ids(earlier.results)
    same = [id_ for id_ in keys if earlier.keys.get(id_) == keys[id_] and id_ in there]
    return composed(same, earlier.results) if same else None


def graded_ids(results: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the ids of the exercises in some results."""
    return () if results is None else tuple(row["id"] for row in results["exercises"])


def composed(ids: Sequence[str], *parts: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the results of some exercises as one run's; what isn't an exercise's is as in the last part."""
    there = [part for part in parts if part is not None]
    every = {row["id"]: row for part in there for row in part["exercises"]}
    rows = [every[id_] for id_ in ids]
    first = {name: rows[0][name] for name in ("backend", "milvus")}
    statuses = {check["status"] for row in rows for check in row["checks"]}
    code = exit_code(statuses, lacking="not_graded" in statuses)
    return {**there[-1], **first, "exit_code": code, "exercises": rows}
