"""What tests of a class share: outcomes that were never graded."""

from __future__ import annotations

from grader.classroom.outcome import Learner, Outcome


def with_results(learner: str, seed: int = 0) -> Outcome:
    """Return the outcome of a learner who was graded in nothing."""
    results = {"format": "milvus-dojo/results/v1", "exercises": []}
    return Outcome(Learner(learner, learner, f"pseudonym-{learner}"), "graded", "key", seed, results=results)
