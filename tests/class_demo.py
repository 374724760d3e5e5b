"""A class of learners who never were, for tests of all that is made of one and for whoever wants to see it.

`python -m tests.class_demo FOLDER [LEARNERS]` writes everything that is made of it.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader import results
from grader.check import Reason, because
from grader.classroom.outcome import Class, ClassInfo, Learner, Outcome, Status
from grader.curriculum import Exercise, exercises, find
from grader.measured import Measured
from grader.session import Run
from grader.verdict import Verdict
from infra.messages import Message
from tests.report_demo import INDEXES, TRADE, verdict
from tests.report_reading import HOSTILE

WORST = (
    HOSTILE + "\n\n=CMD()|'/c calc'!A0 | a `b` ```c @everyone #1 **d** [e](https://example.com) <!-- www.example.com"
)
"""A text that does harm wherever it isn't taken for one."""
BEGAN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
EXERCISES = exercises()[:12]
ANIMALS = ("heron", "otter", "lynx", "wren", "badger", "marten", "ibex", "newt", "stoat", "finch", "hare", "vole")
COLOURS = ("amber", "blue", "coral", "dun", "ebony", "fawn", "green", "hazel", "ivory", "jade", "khaki", "lime")
TITLES = (
    "every row is found again by its key",
    "search returns the same neighbours as numpy, nearest first",
    "the index serves all rows, and the parameters of the brief",
    "a filter that nothing fulfils returns nothing",
    "search takes no longer than 1.3 × the reference's",
    "nothing is left open after the work is done",
)
POINTS = (0.2, 0.25, 0.15, 0.1, 0.2, 0.1)


@dataclass(frozen=True)
class Kind:
    """How somebody works: the share of checks that pass, and whether they stop half-way."""

    passes: float
    stops_after: int


KINDS = (Kind(1.0, 12), Kind(0.96, 12), Kind(0.85, 12), Kind(0.7, 10), Kind(0.4, 7), Kind(0.1, 3))


def info(graded: Sequence[Exercise] = EXERCISES) -> ClassInfo:
    """Return the conditions."""
    return ClassInfo(
        title="Vector databases, spring 2026",
        began=BEGAN,
        kit="0.1.0 (8c9d3b9)",
        backend="server",
        milvus="server v2.3.5",
        python="3.12.4",
        exercises=tuple(exercise.id for exercise in graded),
        isolation="bubblewrap",
        seconds=5_400.0,
    )


def learner(number: int) -> Learner:
    """Return somebody by number: no two are alike."""
    animal, rest = ANIMALS[number % 12], number // 12
    pseudonym = f"{COLOURS[rest % 12]}-{animal}" + (f"-{rest // 12}" if rest >= 12 else "")
    return Learner(f"submission_{number:04}", f"s{1_000_000 + 7919 * number}", pseudonym)


def class_of(count: int, graded: Sequence[Exercise] = EXERCISES, seed: int = 1) -> Class:
    """Return a class of `count` learners, the same for the same arguments.

    Some pass everything and some hardly anything; some have changed files of the kit, a few handed in nothing or
    something that was refused, and for one the machine failed.
    """
    chance = random.Random(seed)
    outcomes = [_outcome(number, graded, chance) for number in range(count)]
    return Class(info(graded), tuple(sorted(outcomes, key=lambda outcome: outcome.learner.id)))


def _outcome(number: int, graded: Sequence[Exercise], chance: random.Random) -> Outcome:
    who = learner(number)
    blank = Outcome(who, "graded", f"{chance.getrandbits(128):032x}", chance.getrandbits(31))
    if number % 23 == 4:
        why = Message("Nothing that is graded was handed in. Looked for: {files}.", {"files": "stage1_basics/…"})
        return replace(blank, status="nothing", trouble=why)
    if number % 61 == 9:
        why = Message("The archive isn't opened: {detail}.", {"detail": "it would unpack to more than 64 MiB"})
        return replace(blank, status="refused", trouble=why)
    if number % 101 == 17:
        why = Message("Milvus did not start within {seconds:g} s, twice.", {"seconds": 60})
        return replace(blank, status="not_graded", trouble=why)
    kind = chance.choices(KINDS, (2, 4, 5, 4, 2, 1))[0]
    verdicts = tuple(v for i, e in enumerate(graded) for v in _verdicts(e, kind, i >= kind.stops_after, chance))
    changed = ("checks/stage1_basics/check_03_basic_operations.py", "grader/verdict.py") if number % 37 == 2 else ()
    return replace(
        blank,
        results=document(graded, verdicts, who.id, blank.seed),
        changed=changed,
        commit=f"{chance.getrandbits(160):040x}" if number % 2 else "",
    )


def document(graded: Sequence[Exercise], verdicts: Sequence[Verdict], label: str, seed: int) -> dict[str, Any]:
    """Return what a run found, as it comes back from the disk."""
    run = Run(tuple(graded), tuple(verdicts), "server", "server v2.3.5", label, BEGAN, 31.4, seed)
    kept: dict[str, Any] = json.loads(json.dumps(results.document(run, strict=True)))
    return kept


def _verdicts(of: Exercise, kind: Kind, is_stub: bool, chance: random.Random) -> list[Verdict]:
    made: list[Verdict] = []
    for number, (title, share) in enumerate(zip(TITLES, POINTS, strict=True)):
        points = of.points - sum(v.check.points for v in made) if number == 5 else round(of.points * share)
        if is_stub:
            made.append(verdict(of, title, "fail", points, _unwritten()))
        elif number == 5 and made[0].status == "fail":
            parent = because("not_run", 'not run, since it builds on "{parent}"', parent=TITLES[0])
            made.append(verdict(of, title, "fail", points, parent, blocked_by="first"))
        elif number == 4 and chance.random() < 0.05:
            made.append(verdict(of, title, "not_graded", points, _noisy(chance), TRADE))
        elif chance.random() < kind.passes:
            made.append(verdict(of, title, "pass", points, None, *_measured(chance), printed="building …\n"))
        else:
            made.append(_failed(of, title, points, chance))
    return made


def _failed(of: Exercise, title: str, points: float, chance: random.Random) -> Verdict:
    function = chance.choice(("search", "build_index", "upsert", "nearest"))
    if chance.random() < 0.4:
        why = because(
            "raised", "{function}() raised {type}: {message}", function=function, type="KeyError", message="'m'"
        )
        return verdict(of, title, "fail", points, why, where=f"{of.stem}.py:88 in {function}: rows = specs['m']")
    why = because(
        "recall_too_low",
        "{function}() finds {recall:.3f} of the true neighbours, and {floor:.2f} is asked. It looks as if the index "
        "was built for {metric}, and the brief asks for COSINE.",
        function=function,
        recall=chance.uniform(0.3, 0.94),
        floor=0.95,
        metric="L2",
    )
    return verdict(
        of,
        title,
        "fail",
        points,
        why,
        *_measured(chance),
        printed="".join(f"segment {n}: 4,096 rows\n" for n in range(40)),
    )


def _measured(chance: random.Random) -> tuple[Measured, ...]:
    return (INDEXES,) if chance.random() < 0.02 else ()


def _unwritten() -> Reason:
    stub = "{function}() is not implemented yet. Replace its `raise NotImplementedError` with your code."
    return because("not_implemented", stub, function="search")


def _noisy(chance: random.Random) -> Reason:
    text = "this machine is too noisy just now: {pairs} pairs, ratio {ratio:.2f}"
    return because("too_noisy", text, pairs=60, ratio=chance.uniform(1.1, 1.5))


def one(outcome: Outcome, *graded: str) -> Class:
    """Return a class of one learner."""
    exercises = tuple(find(id_) for id_ in graded) or EXERCISES[:2]
    return Class(info(exercises), (outcome,))


def mixed(status: Status = "graded", **changes: Any) -> Class:
    """Return a class of one, who passed 8 points, failed 3, and for whom 5 weren't graded, of two exercises."""
    first, second = find("1.1"), find("1.2")
    why = because("raised", "{function}() raised {type}: {message}", function="f", type="KeyError", message="'m'")
    noisy = because("too_noisy", "this machine is too noisy just now: {pairs} pairs", pairs=60)
    verdicts = (
        verdict(first, "the first check", "pass", 8),
        verdict(first, "the second check", "fail", 3, why, where="ex01.py:3 in f", printed="hello\n"),
        verdict(first, "the third check", "not_graded", 5, noisy),
        verdict(second, "the fourth check", "not_graded", 18, noisy),
    )
    found = document((first, second), verdicts, "s1", 7) if status == "graded" else None
    trouble = None if status == "graded" else Message("It went wrong: {why}.", {"why": "badly"})
    outcome = Outcome(learner(3), status, "abc", 7, trouble, (), "", found)
    return one(replace(outcome, **changes), "1.1", "1.2")


def worth(class_: Class, points: Mapping[str, float]) -> Class:
    """Return a class that gives points of its own."""
    return Class(replace(class_.info, points=points), class_.outcomes)


def hostile_class(count: int, text: str) -> Class:
    """Return a class in which every text that could come from a submission is hostile."""
    made = class_of(count)
    outcomes = (
        replace(
            outcome,
            learner=Learner(f"{text}/{i}", f"{text}{i}", f"{i}{text}"),
            trouble=None
            if outcome.trouble is None
            else Message(outcome.trouble.template, dict.fromkeys(outcome.trouble.fields, text)),
            changed=(text,) * len(outcome.changed),
            commit=text,
            results=None if outcome.results is None else _spoiled(outcome.results, text),
        )
        for i, outcome in enumerate(made.outcomes)
    )
    return Class(replace(made.info, title=text), tuple(outcomes))


def _spoiled(document: Mapping[str, Any], text: str) -> dict[str, Any]:
    spoiled: dict[str, Any] = json.loads(json.dumps(document))
    spoiled["submission"] = text
    for row in spoiled["exercises"]:
        for check in row["checks"]:
            for key in ("where", "printed", "message"):
                check[key] = None if check[key] is None else text
            if check["sentence"] is not None:
                check["sentence"]["fields"] = dict.fromkeys(check["sentence"]["fields"], text)
    return spoiled


if __name__ == "__main__":
    from grader.classroom.writing import write_all

    write_all(class_of(int(sys.argv[2]) if len(sys.argv) > 2 else 40), Path(sys.argv[1]))
