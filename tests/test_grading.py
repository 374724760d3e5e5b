"""Grading beside others: two graders at once, a backend that is wrong, a grader that is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from pymilvus import MilvusClient

from grader.authoring import overlaid
from grader.curriculum import find
from grader.known_bad import known_bads
from infra.backends import private_server, shared_server
from tests.clones import Clone, make_clone, said

EXERCISE = find("1.3")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
HANGS = """
import time

def create_collection(client, name, dim):
    time.sleep(600)
"""


@pytest.fixture
def clone(tmp_path: Path, state_dir: Path) -> Clone:
    """A learner's clone; servers are those of the whole test run."""
    assert state_dir.is_dir()
    return make_clone(tmp_path / "clone")


@contextmanager
def planted(uri: str, method: str, reply: bytes) -> Iterator[str]:
    """A Milvus whose answer to one method is planted: it says `reply` and does nothing; all else is the real one."""
    upstream = grpc.insecure_channel(uri.removeprefix("http://"))

    class Relay(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
            if details.method.endswith(f"/{method}"):
                return grpc.unary_unary_rpc_method_handler(lambda _request, _context: reply)
            kept = [(k, v) for k, v in details.invocation_metadata if k in ("authorization", "dbname", "identifier")]

            def forward(request: bytes, context: grpc.ServicerContext) -> Any:
                try:
                    return upstream.unary_unary(details.method)(request, metadata=kept)
                except grpc.RpcError as error:
                    context.abort(error.code(), error.details())

            return grpc.unary_unary_rpc_method_handler(forward)

    server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[Relay()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(None)
        upstream.close()


def test_a_backend_on_which_the_reference_fails_takes_no_points(clone: Clone) -> None:
    """Delete answers "done" and deletes nothing: the right solution and a wrong one are both not graded there."""
    bad = next(bad for bad in known_bads(EXERCISE) if bad.path.stem == "deletes_the_first")
    with private_server("lite") as server, planted(server.uri, "Delete", b"") as uri, overlaid(bad) as overlay:
        for text in (SOLUTION, overlay.read_text(encoding="utf-8")):
            clone.put(EXERCISE, text)
            done = clone.run("grade", "1", "1.3", MILVUS_URI=uri)
            assert done.returncode == 0, said(done)
            checks = {check["id"]: check for check in clone.results()["exercises"][0]["checks"]}
            deletes = checks["1.3/deletes_by_key"]
            assert (deletes["status"], deletes["reason"]) == ("not_graded", "reference_fails")
            assert checks["1.3/upsert_replaces"]["status"] == "pass"
            assert clone.run("grade", "1", "1.3", "--strict", MILVUS_URI=uri).returncode == 2


@pytest.mark.usefixtures("state_dir")
def test_two_graders_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    right, wrong = make_clone(tmp_path / "right"), make_clone(tmp_path / "wrong")
    right.put(EXERCISE, SOLUTION)
    bad = next(bad for bad in known_bads(EXERCISE) if bad.path.stem == "wrong_metric")
    with overlaid(bad) as overlay:
        wrong.put(EXERCISE, overlay.read_text(encoding="utf-8"))
    running = [clone.start("grade", "1", "1.3", "--backend", "lite") for clone in (right, wrong)]
    codes = [process.wait(timeout=170) for process in running]
    for process in running:
        process.communicate()
    assert codes == [0, 1]
    statuses = {check["id"]: check["status"] for check in wrong.results()["exercises"][0]["checks"]}
    assert [id_ for id_, status in statuses.items() if status == "fail"] == ["1.3/search_equals_numpy"]


def test_a_grader_that_is_killed_leaves_nothing_behind(clone: Clone, state_dir: Path) -> None:
    clone.put(EXERCISE, SOLUTION + HANGS)
    grader = clone.start("grade", "1", "1.3", "--backend", "lite")
    family = wait_for(lambda: learner_process(grader.pid), 60)
    os.kill(grader.pid, signal.SIGKILL)
    grader.communicate()
    gone, alive = psutil.wait_procs(family, timeout=20)
    assert gone
    assert not alive
    assert not (clone.root / "reports" / "results.json").exists()

    clone.put(EXERCISE, SOLUTION)
    done = clone.run("grade", "1", "1.3", "--backend", "lite")
    assert done.returncode == 0, said(done)
    client = MilvusClient(shared_server("lite").uri)
    assert [name for name in client.list_databases() if f"_{grader.pid}_" in name] == []
    client.close()

    assert clone.run("down").returncode == 0
    assert processes_below(state_dir) == []


WAITS = """
import time
from pathlib import Path

_count = count_films

def count_films(client, name):
    if not Path("{marker}").exists():
        Path("{marker}").touch()
        deadline = time.monotonic() + 15
        while not Path("{go}").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    return _count(client, name)
"""


def test_who_loses_the_server_through_no_fault_of_theirs_still_passes(clone: Clone, tmp_path: Path) -> None:
    """Milvus is killed from outside in the middle of a call: the check is repeated alone on a fresh server."""
    marker, go = tmp_path / "marker", tmp_path / "go"
    clone.put(EXERCISE, SOLUTION + WAITS.format(marker=marker, go=go))
    grader = clone.start("grade", "1", "1.3", "--backend", "lite")
    wait_for(marker.exists, 60)
    pid = shared_server("lite").pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(pid), 10)
    go.touch()
    out, err = grader.communicate(timeout=170)
    assert grader.returncode == 0, out + err
    checks = {check["id"]: check["status"] for check in clone.results()["exercises"][0]["checks"]}
    assert checks["1.3/counts_films"] == "pass"
    assert "fail" not in checks.values()
    assert "alone on a fresh server" in out


PAUSES = """
import threading
from pathlib import Path
from types import SimpleNamespace

_sleep, _slept = time.sleep, Path("{slept}")

def _wake_up_late(seconds):
    if threading.current_thread().name.startswith("ThreadPoolExecutor"):
        with _slept.open("ab") as stream:
            stream.write(b".")
        if _slept.stat().st_size <= {threads}:
            seconds = 0.6
    _sleep(seconds)

time = SimpleNamespace(sleep=_wake_up_late)
"""


def test_who_is_paused_by_a_busy_machine_is_not_told_to_wait_at_random(clone: Clone, tmp_path: Path) -> None:
    """Once all threads that wait for different times wake up together; the check looks again before it judges."""
    slept, threads = tmp_path / "slept", 24
    exercise = find("1.2")
    solution = exercise.file("solutions").read_text(encoding="utf-8")
    clone.put(exercise, solution + PAUSES.format(slept=slept, threads=threads))
    clone.run("grade", "1", "1.2", "--backend", "lite")
    checks = {check["id"]: check["status"] for check in clone.results()["exercises"][0]["checks"]}
    assert checks["1.2/waits_differ"] == "pass"
    assert slept.stat().st_size >= 2 * threads, "the check didn't look again"


def learner_process(grader: int) -> list[psutil.Process]:
    """Return the zygote and the learner's process of a grader, once the learner's code runs."""
    family = psutil.Process(grader).children(recursive=True)
    zygotes = [process for process in family if "grader.runner.zygote" in " ".join(process.cmdline())]
    return family if len(zygotes) >= 2 else []


def wait_for(look: Callable[[], Any], seconds: float) -> Any:
    """Ask until there is an answer."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)
    return seen


def processes_below(state_dir: Path) -> list[str]:
    """Return the command lines of what still runs with this state directory."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(state_dir / "servers") in line:
            found.append(line)
    return found
