"""Grades a class: who has handed in, what of it has to be graded, and what came of all of it.

Every start does the same: it takes in what was handed in, and grades the exercises that have no results with their key
yet. So a start after a crash goes on, and one after a change grades again what the change is about.
"""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.classroom import keys
from grader.classroom.handed import Refused, open_handed
from grader.classroom.intake import Taken, commit_of, take
from grader.classroom.lanes import lanes_for, run_lanes
from grader.classroom.learners import Entry
from grader.classroom.names import file_names
from grader.classroom.outcome import Class, ClassInfo, Learner, Outcome
from grader.classroom.regrading import graded_ids, still_holds
from grader.classroom.secret import learner_seed
from grader.classroom.stored import in_order, outcome_path, read_info, read_outcome, write_info, write_outcome
from grader.classroom.work import Conditions, Task
from grader.curriculum import Exercise
from grader.errors import KitError
from grader.version import kit_version
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

WORK = "work"
"""The folder in `out` with what was taken from the submissions, while they are graded."""


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how.

    Attributes:
        entries: the learners, with what they have handed in.
        exercises: in order.
        milvus: backend and version of each exercise, by id.
        secret: the class's.
        out: where the class is written.
        isolation: what learner code runs in.
        title: of the class; may be empty.
        lanes: how many are graded at once; None for as many as this machine can.
        points: what exercises are worth in this class, by id; the kit's own where there are none.
    """

    entries: tuple[Entry, ...]
    exercises: tuple[Exercise, ...]
    milvus: dict[str, tuple[str, str]]
    secret: str
    out: Path
    isolation: str
    title: str = ""
    lanes: int | None = None
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Listener:
    """Whom the grading of a class tells how far it is.

    Attributes:
        planned: gets how many submissions there are, and how many of them were graded before.
        ended: gets each outcome of this start.
    """

    planned: Callable[[int, int], None] = field(default=lambda _all, _before: None)
    ended: Callable[[Outcome], None] = field(default=lambda _: None)


def grade_class(order: Order, listener: Listener = Listener()) -> Class:
    """Grade a class, and return it.

    Raises:
        KitError: it can't be written, or another process grades into the same folder.
        KeyboardInterrupt: it was ended; another start goes on.
    """
    with _alone(order.out):
        before = read_info(order.out)
        clock = time.monotonic()
        info = _info(order, before)
        write_info(order.out, info)
        work = order.out / WORK
        shutil.rmtree(work, ignore_errors=True)
        try:
            outcomes, tasks = _planned(order, work)
            listener.planned(len(order.entries), len(outcomes))
            lanes = order.lanes or lanes_for(order.exercises, _backends(order), len(tasks) or 1)
            run_lanes(_conditions(order, lanes), tasks, lanes, work, listener.ended)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        graded = [read_outcome(task.outcome) for task in tasks]
        info = replace(info, seconds=round((before.seconds if before else 0) + time.monotonic() - clock, 3))
        write_info(order.out, info)
        return Class(info, in_order([*outcomes, *(outcome for outcome in graded if outcome is not None)]))


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep two starts apart that write the same class; the system frees the lock of one that was killed."""
    from filelock import FileLock, Timeout

    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise KitError(
            Message(N_("Another process grades into {path} just now."), {"path": out}),
            Message(N_("Wait until it has ended, or name another folder with --out.")),
        ) from None
    try:
        yield
    finally:
        lock.release()


def _info(order: Order, before: ClassInfo | None) -> ClassInfo:
    pairs = sorted(set(order.milvus.values()))
    return ClassInfo(
        title=order.title or (before.title if before else ""),
        began=before.began if before else datetime.now(UTC),
        kit=kit_version(),
        backend=", ".join(backend for backend, _ in pairs),
        milvus=", ".join(version for _, version in pairs),
        python=platform.python_version(),
        exercises=tuple(exercise.id for exercise in order.exercises),
        isolation=order.isolation,
        points={exercise.id: order.points[exercise.id] for exercise in order.exercises if exercise.id in order.points},
    )


def _backends(order: Order) -> frozenset[str]:
    return frozenset(backend for backend, _ in order.milvus.values())


def _conditions(order: Order, lanes: int) -> Conditions:
    ids = tuple(exercise.id for exercise in order.exercises)
    return Conditions(ids, {id_: order.milvus[id_][0] for id_ in ids}, order.isolation, crowded=lanes > 1)


def _planned(order: Order, work: Path) -> tuple[list[Outcome], list[Task]]:
    """Take in all submissions; return the outcomes that are known already, and what is left to do."""
    names = file_names(entry.learner for entry in order.entries)
    kits, packages = keys.kit_digests(order.exercises), keys.versions()
    known: list[Outcome] = []
    tasks: list[Task] = []
    for entry in order.entries:
        name = names[entry.learner]
        seed = learner_seed(order.secret, entry.learner.id)
        draft, taken = taken_in(entry.learner, entry.path, seed, order.exercises, work / name)
        path = outcome_path(order.out, name)
        if taken is None or not taken.files:
            write_outcome(path, draft)
            known.append(draft)
            continue
        own = {
            exercise.id: keys.key(
                files=taken.digests.get(exercise.stage, ""),
                exercise=exercise.id,
                kit=kits[exercise.id],
                seed=draft.seed,
                milvus=order.milvus[exercise.id],
                isolation=order.isolation,
                packages=packages,
            )
            for exercise in order.exercises
        }
        earlier = read_outcome(path)
        draft = replace(draft, key=keys.joined(own), keys=own, results=still_holds(earlier, own))
        if len(graded_ids(draft.results)) == len(own):
            known.append(_as_now(earlier, replace(draft, status="graded"), path))
        else:
            tasks.append(Task(name, draft, (work / name).resolve(), path.resolve()))
    return known, tasks


def _as_now(earlier: Outcome | None, now: Outcome, path: Path) -> Outcome:
    """Return an outcome that still holds; what may have changed beside its results is written."""
    if now != earlier:
        write_outcome(path, now)
    return now


def taken_in(
    learner: Learner, path: Path | None, seed: int, exercises: Sequence[Exercise], target: Path
) -> tuple[Outcome, Taken | None]:
    """Copy what was handed in to `target`.

    Returns:
        The outcome as far as it is known, and what was taken; None where nothing could be.
    """
    draft = Outcome(learner, "nothing", key="", seed=seed)
    nothing = replace(draft, trouble=Message(N_("Nothing was handed in for the exercises that are graded.")))
    if path is None:
        return nothing, None
    commit = commit_of(path) if path.is_dir() else ""
    try:
        taken = take(open_handed(path), exercises, target)
    except Refused as refused:
        return replace(draft, status="refused", trouble=refused.message, commit=commit), None
    except Exception as error:  # noqa: BLE001 - a submission that breaks what reads it costs only itself
        detail = {"detail": f"{type(error).__name__}: {error}"[:300]}
        trouble = Message(N_("It can't be read: {detail}."), detail)
        return replace(draft, status="refused", trouble=trouble, commit=commit), None
    draft = replace(draft, commit=commit, changed=taken.changed)
    if not taken.files:
        return replace(draft, trouble=nothing.trouble), taken
    return replace(draft, status="not_graded"), taken


def sharded(entries: Sequence[Entry], number: int, count: int) -> tuple[Entry, ...]:
    """Return one of `count` parts of a class, which together are the whole; `number` counts from 1."""
    return tuple(entry for place, entry in enumerate(entries) if place % count == number - 1)
