"""Writes what a run found: `reports/results.json` for programs, `reports/junit.xml` for CI.

The parent writes them, after the last verdict; those of an earlier run are gone from the moment a new one begins. What
was found last of each exercise is kept in `.dojo/results/`, in the same format, and makes up the page.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from grader.curriculum import Exercise
from grader.measured import AT_MOST, as_json
from grader.session import Run
from grader.storage import DOJO, REPORTS, remove, write_json, write_text
from grader.verdict import Verdict
from infra.messages import Message

SCHEMA = Path(__file__).parent / "results.schema.json"
FORMAT = "milvus-dojo/results/v1"
KEPT = DOJO / "results"


def withdraw() -> None:
    """Delete the reports of an earlier run, so that a run that is killed doesn't leave an old pass behind."""
    remove(REPORTS / "results.json")
    remove(REPORTS / "junit.xml")


def write(run: Run, strict: bool) -> None:
    """Write both reports."""
    write_json(REPORTS / "results.json", document(run, strict))
    write_text(REPORTS / "junit.xml", junit(run))


def keep(run: Run) -> None:
    """Keep what a run found of each exercise as the last that is known of it, whatever is graded next."""
    for exercise in run.exercises:
        backend, version = run.graded_on(exercise)
        own = replace(run, exercises=(exercise,), verdicts=run.of(exercise), backend=backend, version=version)
        write_json(KEPT / f"{exercise.id}.json", document(own, strict=False))


def document(run: Run, strict: bool) -> dict[str, Any]:
    """Return a run as `results.schema.json` describes it."""
    return {
        "format": FORMAT,
        "submission": run.label,
        "began": run.began.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "backend": run.backend,
        "milvus": run.version,
        "python": run.python,
        "seed": run.seed,
        "exit_code": run.exit_code(strict),
        "exercises": [_exercise(exercise, run) for exercise in run.exercises],
    }


def _exercise(exercise: Exercise, run: Run) -> dict[str, Any]:
    verdicts, (backend, version) = run.of(exercise), run.graded_on(exercise)
    return {
        "id": exercise.id,
        "title": exercise.title,
        "backend": backend,
        "milvus": version,
        "points": exercise.points,
        "earned": earned(verdicts),
        "not_graded": points_not_graded(verdicts),
        "checks": [_check(verdict) for verdict in verdicts],
    }


def _check(verdict: Verdict) -> dict[str, Any]:
    reason = None if verdict.status == "pass" else verdict.outcome.reason
    return {
        "id": verdict.check.id,
        "title": verdict.check.title,
        "status": verdict.status,
        "points": verdict.check.points,
        "evidence": verdict.check.evidence,
        "seconds": round(verdict.seconds, 3),
        "reason": None if reason is None else reason.id,
        "message": None if reason is None else str(reason),
        "sentence": None if reason is None else _sentence(reason),
        "where": verdict.outcome.where or None,
        "printed": verdict.outcome.printed or None,
        "blocked_by": verdict.blocked_by,
        "measured": [as_json(measured) for measured in verdict.outcome.measured[: AT_MOST["measured"]]],
    }


def _sentence(message: Message) -> dict[str, Any]:
    """Return a message so that it can be said in another language later."""
    return {"msgid": message.template, "fields": {name: _field(value) for name, value in message.fields.items()}}


def _field(value: object) -> Any:
    """Return the value of a field: a sentence, or what JSON can hold and a format such as `:g` takes."""
    match value:
        case Message():
            return _sentence(value)
        case bool() | None:
            return value
        case numbers.Integral():
            return int(value)
        case numbers.Real() if math.isfinite(value):
            return float(value)
    return str(value)


def earned(verdicts: tuple[Verdict, ...]) -> float:
    """Return the points of the checks that passed."""
    return sum(verdict.check.points for verdict in verdicts if verdict.status == "pass")


def points_not_graded(verdicts: tuple[Verdict, ...]) -> float:
    """Return the points that this run neither gave nor took."""
    return sum(verdict.check.points for verdict in verdicts if verdict.status == "not_graded")


def junit(run: Run) -> str:
    """Return a run as JUnit XML: a suite for each exercise; what wasn't graded is `skipped`, with its reason."""
    root = ElementTree.Element("testsuites", name="milvus-dojo")
    for exercise in run.exercises:
        verdicts = run.of(exercise)
        counts = {
            "tests": len(verdicts),
            "failures": sum(verdict.status == "fail" for verdict in verdicts),
            "skipped": sum(verdict.status == "not_graded" for verdict in verdicts),
        }
        suite = ElementTree.SubElement(root, "testsuite", name=f"{exercise.id} {exercise.title}")
        suite.attrib.update({key: str(value) for key, value in counts.items()})
        for verdict in verdicts:
            _junit_case(suite, exercise, verdict)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _junit_case(suite: ElementTree.Element, exercise: Exercise, verdict: Verdict) -> None:
    attributes = {"classname": exercise.id, "name": verdict.check.title, "time": f"{verdict.seconds:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    reason = verdict.outcome.reason
    if verdict.status != "pass" and reason is not None:
        tag = "failure" if verdict.status == "fail" else "skipped"
        node = ElementTree.SubElement(case, tag, message=_xml(str(reason)), type=reason.id)
        node.text = _xml(verdict.outcome.where)
    if verdict.outcome.printed:
        ElementTree.SubElement(case, "system-out").text = _xml(verdict.outcome.printed)


def _xml(text: str) -> str:
    """Replace what XML can't hold; ElementTree escapes the rest."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff") else "\ufffd"
        for c in text
    )
