"""`gradescope/<name>.json`: the `results.json` that a Gradescope autograder leaves behind.

The format: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format. Every text is declared as
`text`, so that Gradescope renders nothing of it. A check that couldn't be graded has neither score nor status there:
Gradescope shows it as a remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.classroom.marks import Mark, rows
from grader.classroom.outcome import ClassInfo, Outcome
from grader.sentences import english
from grader.terminal import visible

LONGEST = 4_000
"""Characters of what one check printed that are shown."""


def results(outcome: Outcome, info: ClassInfo, total: Mark) -> dict[str, Any]:
    """Return what Gradescope reads of an outcome that has a mark."""
    seconds = outcome.results["seconds"] if outcome.results else 0
    return {
        "score": round(total.earned, 2),
        "execution_time": round(seconds),
        "output": visible(_output(outcome, total)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": list(_tests(outcome, info)),
        "extra_data": {"kit": info.kit, "key": outcome.key, "seed": outcome.seed, "not_graded": total.not_graded},
    }


def _output(outcome: Outcome, total: Mark) -> str:
    if outcome.status != "graded":
        return english(outcome.trouble)
    text = f"{total.earned:g} of {total.points:g} points"
    if total.not_graded:
        text += f", {total.not_graded:g} not graded: these are neither earned nor taken from you"
    return text + "."


def _tests(outcome: Outcome, info: ClassInfo) -> Iterator[dict[str, Any]]:
    for row in rows(outcome, info.points):
        for number, check in enumerate(row["checks"], 1):
            yield {
                "name": visible(check["title"]),
                "name_format": "text",
                "number": f"{row['id']}.{number}",
                "output": visible("\n\n".join(_parts(check))),
                "output_format": "text",
                "visibility": "visible",
                "tags": [visible(f"{row['id']} {row['title']}")],
            } | _score(check)


def _score(check: Mapping[str, Any]) -> dict[str, Any]:
    if check["status"] == "not_graded":
        return {}
    passed = check["status"] == "pass"
    points = round(check["points"], 2)
    return {"score": points if passed else 0, "max_score": points, "status": "passed" if passed else "failed"}


def _parts(check: Mapping[str, Any]) -> Iterator[str]:
    if check["message"]:
        yield ("Not graded: " if check["status"] == "not_graded" else "") + check["message"]
    if check["where"]:
        yield "In your file:\n" + check["where"]
    if check["printed"] and check["status"] != "pass":
        printed = check["printed"].rstrip()
        yield "Your code printed:\n" + printed[:LONGEST] + "…" * (len(printed) > LONGEST)
