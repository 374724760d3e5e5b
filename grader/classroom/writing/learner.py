"""`results/<name>.json`: what came of one learner's submission, with all that it takes to have it graded again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.classroom.marks import rows
from grader.classroom.outcome import ClassInfo, Outcome
from grader.sentences import english

SCHEMA = Path(__file__).parent / "learner.schema.json"
FORMAT = "milvus-dojo/learner/v1"


def document(outcome: Outcome, info: ClassInfo) -> dict[str, Any]:
    """Return an outcome as `learner.schema.json` describes it."""
    graded = outcome.status == "graded"
    return {
        "format": FORMAT,
        "learner": {
            "id": outcome.learner.id,
            "pseudonym": outcome.learner.pseudonym,
            "folder": outcome.learner.folder,
        },
        "status": outcome.status,
        "trouble": None if graded else english(outcome.trouble),
        "changed": list(outcome.changed),
        "commit": outcome.commit,
        "kit": info.kit,
        "key": outcome.key,
        "seed": outcome.seed,
        "isolation": info.isolation,
        "results": {**outcome.results, "exercises": list(rows(outcome, info.points))}
        if outcome.results and graded
        else None,
    }
