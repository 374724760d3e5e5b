"""`classroom50/<name>.json`: the `result.json` that a Classroom 50 autograder leaves behind, format `result/v1`.

The format: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding#the-resultjson-contract. Its runner
says in environment variables which submission it grades; graded elsewhere, the file names the learner and the commit.
Scores are whole numbers there, so the points of a class that has its own are in hundredths. A check that couldn't be
graded is worth nothing, so that it neither earns nor costs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from grader.classroom.marks import Mark, rows
from grader.classroom.outcome import ClassInfo, Outcome
from grader.sentences import english
from grader.terminal import visible

SCHEMA = "classroom50/result/v1"
FROM_RUNNER = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "ASSIGNMENT_TYPE",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}
"""Which variable of the runner says which field."""


def result(outcome: Outcome, info: ClassInfo, total: Mark, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what Classroom 50 reads of an outcome that has a mark."""
    tests = list(_tests(outcome, info, total))
    began = info.began.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "schema": SCHEMA,
        **_identity(outcome, info, environment),
        "datetime": began,
        "graded_at": _graded_at(outcome) or began,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _identity(outcome: Outcome, info: ClassInfo, environment: Mapping[str, str]) -> dict[str, str]:
    version = outcome.commit or outcome.key or "unknown"
    known = {
        "classroom": re.sub(r"[^a-z0-9]+", "-", info.title.lower()).strip("-") or "milvus-dojo",
        "assignment": "milvus-dojo",
        "assignment_type": "individual",
        "owner": visible(outcome.learner.id),
        "submission": f"submit/{version}",
        "commit": version,
        "release": version,
        "review": version,
    }
    # Only its runner sets the tag of a submission; other programs have variables of such names too.
    if not environment.get("SUBMISSION_TAG"):
        return known
    return {field: environment.get(name) or known[field] for field, name in FROM_RUNNER.items()}


def _tests(outcome: Outcome, info: ClassInfo, total: Mark) -> Iterator[dict[str, Any]]:
    unit = 100 if info.points else 1
    if outcome.status != "graded":
        yield _test("submission", False, total.points * unit) | {
            "status": outcome.status,
            "output": english(outcome.trouble),
        }
    for row in rows(outcome, info.points):
        for check in row["checks"]:
            points = 0.0 if check["status"] == "not_graded" else check["points"] * unit
            yield _test(f"{row['id']} {check['title']}", check["status"] == "pass", points) | {
                "status": check["status"],
                "output": visible(check["message"] or ""),
            }


def _test(name: str, passed: bool, points: float) -> dict[str, Any]:
    worth = math.ceil(round(points, 6))  # a hair above a whole number is rounding
    return {"test-name": visible(name), "passed": passed, "score": worth if passed else 0, "max-score": worth}


def _graded_at(outcome: Outcome) -> str:
    if not outcome.results:
        return ""
    return datetime.fromisoformat(outcome.results["began"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
