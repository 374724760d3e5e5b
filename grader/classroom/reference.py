"""The reference is graded before a class is: what it shows then, nobody's failure has to ask for.

It also tells whoever grades what this machine can't grade, before an hour has passed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from grader.curriculum import Exercise
from grader.opinions import GreenRecord
from grader.places import Places
from grader.runner.launch import start_launcher
from grader.session import grade, sources
from grader.verdict import Verdict
from infra.messages import N_, Message


def ask_reference(exercise: Exercise, places: Places, announce: Callable[[Message], None]) -> tuple[Verdict, ...]:
    """Grade the solution of an exercise, unless this version of it was graded on this backend version before.

    Returns:
        The checks that it doesn't pass here, for another reason than that the backend lacks something.
    """
    record = GreenRecord(places.backend, places.version, (exercise,))
    if record.is_whole(exercise):
        return ()
    announce(
        Message(
            N_("Grading the reference solution of {id} on {version}, once."),
            {"id": exercise.id, "version": places.version},
        )
    )
    with closing(start_launcher()) as launcher:
        run = grade((exercise,), sources((exercise,), "solutions"), launcher, places, opinions=record)
    for verdict in run.verdicts:
        if not verdict.blocked_by:
            record.record(verdict.check, verdict.outcome.kind)
    short = tuple(verdict for verdict in run.verdicts if verdict.status != "pass" and verdict.outcome.kind != "lacking")
    if not short:
        record.note_whole(exercise)
    return short
