"""Hostile submissions, graded on a real Milvus: none earns a point it didn't, and none harms the one that follows."""

from __future__ import annotations

import dataclasses
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from grader.curriculum import find
from grader.places import Places
from grader.runner.launch import Launcher
from grader.runner.submission import Source
from grader.session import Run, grade
from tests.parrot import Green

EXERCISE = dataclasses.replace(find("1.3"), call_s=2.0)
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no zygote without fork")


@pytest.fixture
def graded(tmp_path: Path, launcher: Launcher, places: Places) -> Callable[..., Run]:
    """Grade the solution with something laid over it, in the one session of this module."""

    def run(mischief: str = "", only: str | None = "counts_films") -> Run:
        path = tmp_path / f"{EXERCISE.stem}.py"
        path.write_text(f"{SOLUTION}\n\n{textwrap.dedent(mischief)}", encoding="utf-8")
        names = None if only is None else frozenset([only])
        source = {EXERCISE.id: Source("hostile", path)}
        return grade((EXERCISE,), source, launcher, places, only=names, opinions=Green())

    return run


def ended(run: Run) -> dict[str, tuple[str, str | None]]:
    """Return status and reason of each check."""
    return {v.check.name: (v.status, v.outcome.reason.id if v.outcome.reason else None) for v in run.verdicts}


CROWD_ONE = """
import os, time

def get_films(client, name, ids):
    os._exit(0)

def search_films(client, name, vector, limit):
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, b'{"value":{"d":{"value":7}},"arrays":[]}')
        except OSError:
            pass
    time.sleep(600)

def upsert_films(client, name, films):
    os.killpg(0, 9)

def delete_films(client, name, ids):
    os.kill(os.getppid(), 9)
    time.sleep(600)

class Anything(int):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = int.__hash__

def count_films(client, name):
    return Anything(-1)
"""

CROWD_TWO = """
import os

def get_films(client, name, ids):
    import pytest
    pytest.skip("no")

def search_films(client, name, vector, limit):
    import time, _pytest.runner, grader.check, grader.plugin, grader.verdict
    time.perf_counter = time.monotonic = time.time = lambda: 0.0
    _pytest.runner.CallInfo.from_call = classmethod(lambda cls, *_, **__: cls(None, None, 0, 0, 0, "call"))
    grader.check.returned = lambda *_: []
    grader.verdict.judge = lambda *_: ("pass", None)
    grader.plugin._outcome = lambda *_: grader.verdict.Outcome("passed")
    return []

def upsert_films(client, name, films):
    while True:
        pass

def delete_films(client, name, ids):
    os.closerange(0, 256)
    raise SystemExit(0)
"""

PASS = ("pass", None)


@needs_fork
def test_each_hostile_function_fails_its_own_check_and_the_checks_between_pass(graded: Callable[..., Run]) -> None:
    run = graded(CROWD_ONE, only=None)
    assert {name: end for name, end in ended(run).items() if end[0] != "not_graded"} == {
        "creates_the_collection": PASS,
        "inserts_in_batches": PASS,
        "gets_and_queries": ("fail", "crashed"),
        "search_equals_numpy": ("fail", "forged"),
        "upsert_replaces": ("fail", "crashed"),
        "deletes_by_key": ("fail", "crashed"),
        "counts_films": ("fail", "wrong_count"),
        "titles_fit": PASS,
        "refuses_wrong_dimension": PASS,
    }
    reasons = {v.check.name: str(v.outcome.reason) for v in run.verdicts}
    assert "exit code 0" in reasons["gets_and_queries"]
    assert "SIGKILL" in reasons["upsert_replaces"]
    assert "-1" in reasons["counts_films"]
    assert run.exit_code(strict=False) == 1

    second = graded(CROWD_TWO, only=None)
    assert {name: end for name, end in ended(second).items() if end[0] == "fail"} == {
        "gets_and_queries": ("fail", "raised"),
        "search_equals_numpy": ("fail", "wrong_number_of_hits"),
        "upsert_replaces": ("fail", "time_limit"),
        "deletes_by_key": ("fail", "crashed"),
    }
    assert {ended(second)[name] for name in ("counts_films", "titles_fit", "refuses_wrong_dimension")} == {PASS}

    assert ended(graded())["counts_films"] == PASS


def test_a_skip_at_import_is_a_file_that_cannot_be_imported(graded: Callable[..., Run]) -> None:
    run = graded("import pytest; pytest.skip('no', allow_module_level=True)", only=None)
    assert ended(run)["creates_the_collection"] == ("fail", "import_failed")
    assert "pass" not in {v.status for v in run.verdicts}
    assert run.exit_code(strict=False) == 1


def test_better_scores_than_the_true_ones_are_seen(graded: Callable[..., Run]) -> None:
    run = graded(
        """
        honest = search_films

        class Best(float):
            __sub__ = __rsub__ = lambda self, other: 0.0
            __eq__ = __ge__ = __le__ = lambda self, other: True
            __hash__ = float.__hash__

        def search_films(client, name, vector, limit):
            return [(key, Best(1.0)) for key, _ in honest(client, name, vector, limit)]
        """,
        only="search_equals_numpy",
    )
    assert ended(run)["search_equals_numpy"] == ("fail", "wrong_scores")


def test_what_is_left_behind_by_good_code_is_ended(graded: Callable[..., Run], tmp_path: Path) -> None:
    run = graded(
        f"""
        import subprocess, sys, threading, time

        honest = count_films

        def count_films(client, name):
            threading.Thread(target=time.sleep, args=[600]).start()
            left = subprocess.Popen(["sleep", "600"], start_new_session=True)
            with open({str(tmp_path / "pids")!r}, "a") as pids:
                pids.write(f"{{left.pid}}\\n")
            return honest(client, name)
        """
    )
    assert ended(run)["counts_films"] == PASS
    pids = [int(line) for line in (tmp_path / "pids").read_text().splitlines()]
    assert pids
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)
    assert not alive


def test_who_drops_what_is_not_theirs_fails_and_others_are_graded_on_a_new_database(
    graded: Callable[..., Run],
) -> None:
    run = graded(
        """
        def count_films(client, name):
            for database in client.list_databases():
                client.use_database(database)
                for collection in client.list_collections():
                    client.drop_collection(collection)
                if database != "default":
                    client.drop_database(database)
            return 7
        """
    )
    status, reason = ended(run)["counts_films"]
    assert (status, reason) == ("fail", "broke_the_server")
    assert ended(graded())["counts_films"] == PASS
