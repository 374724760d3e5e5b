"""One submission among many: what is late may be so for the others' sake, and nobody holds up a class for long."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from grader.curriculum import find
from grader.places import Places
from grader.plan import Crowd
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.session import Run, grade
from tests.parrot import Green

EXERCISE = dataclasses.replace(find("1.3"), call_s=2.0)
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
LATE = """
_count, _delete = count_films, delete_films

def late(times):
    import time
    from pathlib import Path

    log = Path("{log}")
    log.write_text((log.read_text() if log.exists() else "") + "x")
    if len(log.read_text()) <= times:
        time.sleep(30)

def count_films(client, name):
    late({times})
    return _count(client, name)

def delete_films(client, name, ids):
    late({times})
    return _delete(client, name, ids)
"""
CHECKS = frozenset({"counts_films", "deletes_by_key"})


def graded(text: str, tmp_path: Path, launcher: Launcher, places: Places, crowd: Crowd | None) -> Run:
    path = tmp_path / f"{EXERCISE.stem}.py"
    path.write_text(text, encoding="utf-8")
    source = {EXERCISE.id: Source("crowd", path)}
    return grade((EXERCISE,), source, launcher, places, only=CHECKS, opinions=Green(), crowd=crowd)


def ended(run: Run) -> dict[str, tuple[str, str | None]]:
    return {v.check.name: (v.status, v.outcome.reason.id if v.outcome.reason else None) for v in run.verdicts}


def test_what_was_late_beside_others_is_repeated_alone(tmp_path: Path, launcher: Launcher, places: Places) -> None:
    text = SOLUTION + LATE.format(log=tmp_path / "log", times=1)
    beside = ended(graded(text, tmp_path, launcher, places, Crowd(budget_s=300, others=True)))
    assert {beside[name][0] for name in CHECKS} == {"pass"}


def test_what_was_late_without_others_is_a_fail(tmp_path: Path, launcher: Launcher, places: Places) -> None:
    text = SOLUTION + LATE.format(log=tmp_path / "log", times=1)
    alone = ended(graded(text, tmp_path, launcher, places, Crowd(budget_s=300, others=False)))
    assert sorted(alone[name] for name in CHECKS) == [("fail", "time_limit"), ("pass", None)]


def test_who_is_late_alone_too_has_the_others_wait_only_once(
    tmp_path: Path, launcher: Launcher, places: Places
) -> None:
    text = SOLUTION + LATE.format(log=tmp_path / "log", times=99)
    beside = ended(graded(text, tmp_path, launcher, places, Crowd(budget_s=300, others=True)))
    assert {beside[name] for name in CHECKS} == {("fail", "time_limit")}
    assert (tmp_path / "log").read_text(encoding="utf-8") == "xxx"


def test_who_has_used_up_the_time_fails_the_rest_with_a_reason(
    tmp_path: Path, launcher: Launcher, places: Places
) -> None:
    first, *others = ended(graded(SOLUTION, tmp_path, launcher, places, Crowd(budget_s=0, others=False))).values()
    assert first == ("pass", None)
    assert len(others) >= 2
    assert set(others) == {("fail", "budget_used_up")}
