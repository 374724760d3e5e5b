"""The backends, on real servers. Each test has a state directory of its own and leaves no process behind."""

from __future__ import annotations

import errno
import json
import lzma
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from pymilvus import MilvusClient, MilvusException

from infra.backends import (
    BackendError,
    BackendUnavailable,
    DiskFull,
    StartFailed,
    StartTimeout,
    availability,
    choose,
    is_alive,
    private_server,
    records,
    servers,
    shared_server,
    starting,
    stop_all,
    sweep,
    wheel,
)
from infra.backends.standalone import render
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.messages import Message

REPOSITORY = Path(__file__).parents[1]
BACKENDS = [found.backend for found in availability() if found.ok and found.backend in ("lite", "server")]
needs_wheel = pytest.mark.skipif("server" not in BACKENDS, reason="no server wheel for this platform")


@pytest.fixture(scope="session")
def unpacked() -> Path | None:
    """Unpack the server once, where every grader of this user looks for it: it never changes."""
    return wheel.unpacked_server(announce=lambda _: None) if "server" in BACKENDS else None


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unpacked: Path | None) -> Iterator[Path]:
    if unpacked:
        (tmp_path / unpacked.name).symlink_to(unpacked)
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("MILVUS_URI", raising=False)
    monkeypatch.delenv("MILVUS_TOKEN", raising=False)
    monkeypatch.setenv("MILVUS_IMAGE", "local/no-such-image")  # containers have tests of their own
    yield tmp_path
    stop_all()


def runs(pid: int | None) -> bool:
    assert pid is not None
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def ends_within(pid: int | None, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)


def python(program: str) -> subprocess.Popen[str]:
    """Start a grader of its own, in this test's state directory."""
    return subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_warm_shared_server_is_found_again_and_a_private_one_is_gone_afterwards(backend: str) -> None:
    shared = shared_server(backend)
    with private_server(backend) as own:
        assert own.pid != shared.pid
        assert own.uri != shared.uri
        assert is_alive(own)
    assert not runs(own.pid)
    assert own.home is not None
    assert not own.home.exists()
    assert not is_alive(own)

    announced: list[Message] = []
    assert shared_server(backend, announced.append) == shared
    assert announced == []
    assert is_alive(shared)
    client = MilvusClient(shared.uri)
    assert client.list_collections() == []  # what proved it ready was removed
    assert shared.version in {"v2.3.5-lite", "lite 3.2.2"}
    client.close()


@needs_wheel
def test_a_server_that_crashes_is_told_with_the_reason() -> None:
    with socket.create_server(("", 0)) as stranger:
        taken = {"ROOTCOORD_PORT": str(stranger.getsockname()[1])}
        with (
            pytest.raises(StartFailed, match=r"ended while it started \(exit code -?\d+\)") as caught,
            private_server("server", taken),
        ):
            pass
    assert str(caught.value).endswith("bind: address already in use")


@needs_wheel
def test_settings_reach_a_private_server_and_its_metrics_can_be_read() -> None:
    from urllib.request import urlopen

    with private_server("server", {"COMMON_SECURITY_AUTHORIZATIONENABLED": "true"}) as own:
        assert own.token == "root:Milvus"
        assert is_alive(own)
        MilvusClient(own.uri, token=own.token, timeout=5).close()
        with pytest.raises(MilvusException):
            MilvusClient(own.uri, timeout=5)
        assert own.metrics_uri is not None
        with urlopen(own.metrics_uri, timeout=5) as page:
            assert b"milvus_proxy" in page.read()


def test_two_graders_that_ask_at_once_get_the_same_server() -> None:
    ask = "import infra.backends as b; print(b.shared_server('lite').pid)"
    graders = [python(ask), python(ask)]
    pids = {grader.communicate(timeout=60)[0].strip() for grader in graders}
    assert len(pids) == 1
    assert pids == {str(shared_server("lite").pid)}


def test_a_killed_server_is_replaced() -> None:
    first = shared_server("lite")
    assert first.pid
    psutil.Process(first.pid).kill()
    assert ends_within(first.pid, 5)
    assert not is_alive(first)
    second = shared_server("lite")
    assert second.pid != first.pid
    assert is_alive(second)


def test_a_hung_server_is_ended_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_ANSWER_SECONDS", 0.5)
    first = shared_server("lite")
    assert first.pid
    hung = psutil.Process(first.pid)
    hung.suspend()
    until(lambda: hung.status() == psutil.STATUS_STOPPED)
    assert not is_alive(first)
    second = shared_server("lite")
    assert is_alive(second)
    assert not runs(first.pid)


@pytest.mark.parametrize("content", [b"", b'{"backend": "lite"', b"[]", b"null", b'{"owner": 3}', b"\xff\xfe"])
def test_a_record_that_makes_no_sense_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / records.FILE).write_bytes(content)
    assert records.read(tmp_path) is None


def test_a_server_with_a_corrupt_record_is_ended_and_replaced() -> None:
    first = shared_server("lite")
    assert first.home
    (first.home / records.FILE).write_text('{"backend": "li')
    second = shared_server("lite")
    assert second.pid != first.pid
    assert ends_within(first.pid, 5)
    assert not first.home.exists()


def test_a_server_of_another_version_is_not_shared() -> None:
    first = shared_server("lite")
    assert first.home
    record = json.loads((first.home / records.FILE).read_text())
    (first.home / records.FILE).write_text(json.dumps(record | {"package": "0.0.1"}))
    second = shared_server("lite")
    assert second.pid != first.pid
    assert runs(first.pid)


def test_stop_all_leaves_no_process(state: Path) -> None:
    shared = shared_server("lite")
    with private_server("lite") as own:
        pids = [process.pid for home in (shared.home, own.home) for process in processes_of(home)]
        assert len(pids) == 4
        assert all(runs(pid) for pid in pids)
        assert stop_all() == 2
        assert not any(runs(pid) for pid in pids)
        assert list((state / "servers").iterdir()) == []
    assert stop_all() == 0
    assert sweep() == 0


def processes_of(home: Path | None) -> list[records.Process]:
    assert home is not None
    record = records.read(home)
    assert record is not None
    return [process for process in (record.keeper, record.milvus) if process]


def test_a_port_that_is_taken_meanwhile_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.backends import launch

    with socket.create_server(("127.0.0.1", 0)) as stranger:
        free = [[stranger.getsockname()[1]], launch.free_ports(1)]
        monkeypatch.setattr(launch, "free_ports", lambda _count: free.pop(0))
        announced: list[Message] = []
        assert is_alive(shared_server("lite", announced.append))
    assert any("once more" in str(message) for message in announced)


def test_a_timeout_names_the_step_and_the_last_log_lines(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    mute = "import time; print('I never open a port', flush=True); time.sleep(60)"
    lite = starting.lite

    def never_answers(home: Path, settings: dict[str, str]) -> starting.Launch:
        real = lite(home, settings)
        return type(real)([sys.executable, "-c", mute], real.environment, real.uri)

    monkeypatch.setattr(starting, "lite", never_answers)
    monkeypatch.setattr(starting, "START_SECONDS", 1.5)
    with pytest.raises(StartTimeout) as caught:
        shared_server("lite")
    sentence = str(caught.value.message)
    assert "did not open its port in 2 s" in sentence
    assert "refused" in sentence
    assert "I never open a port" in sentence
    assert "nox -s doctor" in str(caught.value.remedy)
    assert list((state / "servers").iterdir()) == []


def test_a_state_directory_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_file").touch()
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path / "a_file" / "below"))
    with pytest.raises(BackendUnavailable, match="can't be written") as caught:
        shared_server("lite")
    assert "DOJO_STATE_DIR" in str(caught.value.remedy)
    assert sweep() == 0


class TestExternal:
    def test_goes_before_everything_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with private_server("lite") as own:
            monkeypatch.setenv("MILVUS_URI", own.uri)
            assert choose(None, "lite") == "external"
            assert choose("lite", None) == "lite"
            found = shared_server("external")
            assert (found.uri, found.version, found.home, found.pid) == (own.uri, own.version, None, None)
            assert is_alive(found)
            with private_server("external") as same:
                assert same == found
        assert not is_alive(found)

    def test_that_does_not_answer_is_one_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MILVUS_URI", "http://127.0.0.1:1")
        with pytest.raises(BackendUnavailable, match="No Milvus answers"):
            shared_server("external")


class TestChoosing:
    def test_what_is_asked_for_goes_before_what_was_kept(self) -> None:
        assert choose("lite", "server") == "lite"
        assert choose(None, "lite") == "lite"
        assert choose(None, "container_of_old") == choose(None, None) == BACKENDS[-1]

    @pytest.mark.parametrize("ask", [choose, lambda name, _kept: shared_server(name)])
    def test_an_unknown_name_is_answered_with_the_choices(self, ask) -> None:
        with pytest.raises(
            BackendUnavailable, match=r"no backend milvus: choose one of lite, server, container, external"
        ):
            ask("milvus", None)

    def test_external_needs_an_address(self) -> None:
        with pytest.raises(BackendUnavailable, match="MILVUS_URI isn't set"):
            choose("external", None)

    def test_without_the_wheel_lite_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platform.system", lambda: "Linux")
        monkeypatch.setattr("platform.machine", lambda: "x86_64")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "milvus" else object())
        assert choose(None, "server") == "lite"
        with pytest.raises(BackendUnavailable, match="isn't installed") as caught:
            choose("server", None)
        assert "pip install" in str(caught.value.remedy)

    def test_a_platform_without_a_wheel_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platform.system", lambda: "Linux")
        monkeypatch.setattr("platform.machine", lambda: "aarch64")
        assert choose(None, None) == "lite"
        with pytest.raises(BackendUnavailable, match="this is Linux aarch64"):
            shared_server("server")


class TestUnpacking:
    @pytest.fixture
    def small_wheel(self, state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        for file in state.iterdir():
            file.unlink()
        packed = state / "site" / "milvus" / "data" / "bin"
        packed.mkdir(parents=True)
        for name in ("milvus", "libknowhere.so"):
            (packed / f"{name}.lzma").write_bytes(lzma.compress(name.encode() * 1000))
        monkeypatch.setattr(wheel, "wheel_data", lambda: packed.parent)
        monkeypatch.setattr(wheel, "version", lambda _name: "2.3.5")
        return packed

    @pytest.mark.usefixtures("small_wheel")
    def test_happens_once(self) -> None:
        announced: list[Message] = []
        directory = wheel.unpacked_server(announced.append)
        assert (directory / "milvus").read_bytes() == b"milvus" * 1000
        assert (directory / "libknowhere.so").stat().st_mode & 0o111
        assert "257 MB" in str(announced[0])
        assert wheel.unpacked_server(announced.append) == directory
        assert len(announced) == 1

    @pytest.mark.usefixtures("small_wheel")
    def test_on_a_full_disk_leaves_nothing_half_unpacked(self, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def disk_is_full(_source: object, sink, _length: int) -> None:
            sink.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("shutil.copyfileobj", disk_is_full)
            with pytest.raises(DiskFull, match="is full"):
                wheel.unpacked_server(lambda _: None)
        assert sorted(path.name for path in state.iterdir()) == ["locks", "site"]
        assert (wheel.unpacked_server(lambda _: None) / "milvus").exists()

    def test_of_a_damaged_wheel_is_one_sentence(self, small_wheel: Path, state: Path) -> None:
        (small_wheel / "milvus.lzma").write_bytes(b"not packed at all")
        with pytest.raises(BackendError, match="damaged"):
            wheel.unpacked_server(lambda _: None)
        assert sorted(path.name for path in state.iterdir()) == ["locks", "site"]


def test_the_template_is_filled_by_name_or_default() -> None:
    template = "a: {{ etcd_port(int): 2379 }}\nb: {{ level: info }} # {{ dir }}\nc: {{ tls(bool): false }}"
    assert render(template, {"etcd_port": "7", "dir": "/d"}) == "a: 7\nb: info # /d\nc: false"


def test_a_timed_check_has_the_machine_alone() -> None:
    hold = (
        "import sys, infra.backends.locks as l\n"
        "with l.timing_lock(alone={alone}): print('held', flush=True); sys.stdin.readline()"
    )

    def holder(alone: bool) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", hold.format(alone=alone)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def release(process: subprocess.Popen[str]) -> None:
        process.communicate("\n", timeout=10)

    ordinary = [holder(alone=False), holder(alone=False)]
    for process in ordinary:  # two ordinary checks hold it together
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
    timed = holder(alone=True)
    with pytest.raises(subprocess.TimeoutExpired):
        timed.wait(0.5)
    assert not waits_on_output(timed)
    for process in ordinary:
        release(process)
    assert timed.stdout is not None
    assert timed.stdout.readline() == "held\n"
    release(timed)


def waits_on_output(process: subprocess.Popen[str]) -> bool:
    """Tell whether the process has printed something that nobody read yet."""
    import select

    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], 0)[0])
