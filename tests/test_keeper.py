"""The keeper, with a sleeping program in Milvus' place where only its life matters."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from infra.backends import keeper, records, shared_server, starting, stop_all, sweep, touch, wheel
from infra.backends.choosing import availability
from infra.backends.ending import servers_dir
from infra.backends.processes import Process
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[1]
FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
LAST_BACKEND = [found.backend for found in availability() if found.ok and found.backend in ("lite", "server")][-1]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    unpacked = wheel.unpacked_server(announce=lambda _: None) if LAST_BACKEND == "server" else None
    if unpacked:
        (tmp_path / unpacked.name).symlink_to(unpacked)
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path))
    yield tmp_path
    stop_all()


def ordered(shared: bool = True, command: list[str] = FOREVER, idle_seconds: float = 60.0) -> records.Record:
    return records.Record(
        backend="lite",
        package="0",
        shared=shared,
        uri="http://127.0.0.1:1",
        token="",
        metrics_uri=None,
        command=command,
        environment={},
        idle_seconds=idle_seconds,
        owner=Process.this(),
    )


def kept(record: records.Record) -> tuple[Path, records.Record]:
    """Start a keeper for `record`; return its home and the record with both processes."""
    home = servers_dir() / f"home{time.monotonic_ns()}"
    home.mkdir(parents=True)
    (home / records.USED).touch()
    records.write(home, record)
    starting._start_keeper(home)
    until(lambda: getattr(records.read(home), "milvus", None))
    started = records.read(home)
    assert started is not None
    if record.shared:
        started = replace(started, ready=True)
        records.write(home, started)
    return home, started


def processes(record: records.Record) -> list[Process]:
    assert record.keeper
    assert record.milvus
    return [record.keeper, record.milvus]


def gone(home: Path, record: records.Record) -> bool:
    return not home.exists() and not any(process.is_alive() for process in processes(record))


def test_an_idle_shared_server_is_stopped_and_a_used_one_is_not() -> None:
    (idle, idle_record), (used, used_record) = (kept(ordered(idle_seconds=1.0)) for _ in range(2))
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline:
        (used / records.USED).touch()
        time.sleep(0.05)
    assert gone(idle, idle_record)
    assert all(process.is_alive() for process in processes(used_record))
    until(lambda: gone(used, used_record))


def test_a_private_server_ends_with_its_killed_owner() -> None:
    own = (
        "import infra.backends as b, time\n"
        "with b.private_server('lite') as s: print(s.home, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", own], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        home = Path(owner.stdout.readline().strip())
        record = records.read(home)
        assert record is not None
        assert all(process.is_alive() for process in processes(record))
        owner.kill()
    until(lambda: gone(home, record))


def test_a_server_that_is_not_ready_ends_with_its_owner_too() -> None:
    owner = subprocess.Popen(FOREVER)
    home, record = kept(replace(ordered(shared=False), shared=False, owner=Process.of(owner.pid)))
    records.write(home, replace(record, shared=True))
    owner.kill()
    owner.wait()
    until(lambda: gone(home, record))


def test_sweep_ends_what_a_killed_keeper_left() -> None:
    found = shared_server(LAST_BACKEND)
    assert found.home
    record = records.read(found.home)
    assert record
    keeper_process, milvus = processes(record)
    psutil.Process(keeper_process.pid).kill()
    until(lambda: not keeper_process.is_alive())
    assert milvus.is_alive()
    assert sweep() == 1
    assert gone(found.home, record)
    assert sweep() == 0


def test_sweep_leaves_what_lives_and_removes_what_does_not() -> None:
    alive, record = kept(ordered())
    dead, dead_record = kept(ordered(command=["true"]))
    starting_up = servers_dir() / "starting"
    starting_up.mkdir()
    records.write(starting_up, ordered())
    being_made = servers_dir() / "being_made"
    being_made.mkdir()
    until(lambda: not any(process.is_alive() for process in processes(dead_record)))
    assert sweep() == 0
    assert {home.name for home in servers_dir().iterdir()} == {alive.name, "starting", "being_made"}
    assert all(process.is_alive() for process in processes(record))
    assert not dead.exists()


def test_a_reused_pid_is_not_ended() -> None:
    stranger = subprocess.Popen(FOREVER)
    home = servers_dir() / "old"
    home.mkdir(parents=True)
    same_pid = Process(stranger.pid, Process.of(stranger.pid).started - 1000)
    records.write(home, replace(ordered(), keeper=same_pid, milvus=same_pid))
    assert sweep() == 0
    assert stop_all() == 0
    assert not home.exists()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_milvus_that_ends_by_itself_leaves_its_exit_code_and_log() -> None:
    home, record = kept(ordered(command=[sys.executable, "-c", "print('last words'); raise SystemExit(7)"]))
    assert record.keeper
    until(lambda: not record.keeper.is_alive())
    last = records.read(home)
    assert last
    assert last.exit_code == 7
    assert "last words" in (home / records.LOG).read_text()


def test_a_command_that_does_not_exist_is_told_in_the_log() -> None:
    home = servers_dir() / "home"
    home.mkdir(parents=True)
    records.write(home, ordered(command=["/no/such/milvus"]))
    assert starting._start_keeper(home).wait(10) == 1
    assert "/no/such/milvus" in (home / records.LOG).read_text()


@pytest.mark.parametrize("remove", ["record", "home"])
def test_a_keeper_whose_record_is_gone_ends_milvus(remove: str) -> None:
    home, record = kept(ordered())
    if remove == "record":
        (home / records.FILE).unlink()
    else:
        home.rename(home.with_name("moved"))
    until(lambda: not any(process.is_alive() for process in processes(record)))


def test_a_stopped_keeper_is_ended_too() -> None:
    _home, record = kept(ordered())
    assert record.keeper
    psutil.Process(record.keeper.pid).suspend()
    assert stop_all() == 1
    assert not any(process.is_alive() for process in processes(record))


def test_touch_marks_a_server_as_used() -> None:
    found = shared_server("lite")
    assert found.home
    before = (found.home / records.USED).stat().st_mtime_ns
    touch(found)
    assert (found.home / records.USED).stat().st_mtime_ns > before


def test_a_keeper_imports_nothing_slow() -> None:
    program = (
        "import sys, infra.backends.keeper\n"
        "print({'grpc', 'pymilvus', 'filelock', 'platformdirs', 'numpy'} & set(sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True)
    assert output.stdout == "set()\n"
    assert keeper.POLL_SECONDS < 1
