"""The container backend, on a real Docker where there is one, and what is said where there isn't."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pymilvus import MilvusClient, MilvusException

from grader import authoring
from grader.curriculum import Exercise, exercises
from grader.places import Places
from grader.runner.launch import Launcher
from grader.session import grade, sources
from infra.backends import (
    BackendUnavailable,
    DiskFull,
    StartFailed,
    availability,
    choose,
    container,
    daemon,
    is_alive,
    private_server,
    readiness,
    records,
    shared_server,
    starting,
    stop_all,
    sweep,
)
from infra.backends.state import state_dir
from tests.docker_here import require_image
from tests.waiting import until

REPOSITORY = Path(__file__).parents[1]
DOCKER = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "MILVUS_URI", "MILVUS_TOKEN")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state directory of the test's own, empty of servers at the end."""
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("MILVUS_URI", raising=False)
    yield tmp_path / "state"
    stop_all()


@pytest.fixture(scope="session")
def image() -> str:
    """The image that Docker has here."""
    return require_image()


def found() -> list[str]:
    """Return the ids of the containers of this test's state directory."""
    api = daemon.client().api
    labelled = api.containers(all=True, filters={"label": container.HOME_LABEL})
    return [each["Id"] for each in labelled if each["Labels"][container.HOME_LABEL].startswith(str(state_dir()))]


def volumes() -> set[str]:
    """Return the volumes of this test's containers; others' come and go meanwhile."""
    api = daemon.client().api
    return {m["Name"] for each in found() for m in api.inspect_container(each)["Mounts"] if m["Type"] == "volume"}


def are_there(names: set[str]) -> bool:
    return bool(names & {volume.id for volume in daemon.client().volumes.list()})


def record_of(home: Path | None) -> records.Record:
    assert home is not None
    record = records.read(home)
    assert record is not None
    return record


def kill(*processes: records.Process | None) -> None:
    for process in processes:
        assert process is not None
        psutil.Process(process.pid).send_signal(signal.SIGKILL)
        process.wait(5)


@pytest.mark.usefixtures("image", "state")
class TestServers:
    def test_a_warm_shared_server_is_found_again_and_nothing_stays_of_a_private_one(self) -> None:
        shared = shared_server("container")
        assert shared_server("container") == shared
        assert shared.version
        with private_server("container") as own:
            assert own.uri != shared.uri
            assert is_alive(own)
            assert len(found()) == 2
            used = volumes()
            assert used
        assert len(found()) == 1
        assert not is_alive(own)
        assert own.home is not None
        assert not own.home.exists()
        client = MilvusClient(shared.uri)
        assert client.list_collections() == []  # what proved it ready was removed
        client.close()
        assert stop_all() == 1
        assert found() == []
        assert not are_there(used)

    def test_a_warm_server_is_found_without_docker_in_milliseconds(self) -> None:
        shared_server("container")
        ask = (
            "import sys, infra.backends as b, time, grpc\n"
            "began = time.monotonic()\n"
            "b.sweep(); b.shared_server(b.choose(None, None))\n"
            "print({'docker', 'testcontainers', 'requests'} & set(sys.modules), time.monotonic() - began < 0.5)"
        )
        nowhere = os.environ | {"DOCKER_HOST": "unix:///nowhere"}
        done = subprocess.run([sys.executable, "-c", ask], cwd=REPOSITORY, env=nowhere, capture_output=True, text=True)
        assert done.stdout == "set() True\n", done.stderr

    def test_its_ports_are_on_the_loopback_address_only(self) -> None:
        server = shared_server("container")
        (container_id,) = found()
        ports = daemon.client().api.inspect_container(container_id)["NetworkSettings"]["Ports"]
        bound = [binding for bindings in ports.values() for binding in bindings or []]
        assert len(bound) == 2
        assert {binding["HostIp"] for binding in bound} == {"127.0.0.1"}
        port = int(server.uri.rpartition(":")[2])
        others = [
            address.address
            for interface in psutil.net_if_addrs().values()
            for address in interface
            if address.family == socket.AF_INET and not address.address.startswith("127.")
        ]
        for address in others:
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((address, port), timeout=2).close()

    def test_settings_reach_milvus_and_its_metrics_can_be_read(self) -> None:
        from urllib.request import urlopen

        with private_server("container", {"COMMON_SECURITY_AUTHORIZATIONENABLED": "true"}) as own:
            MilvusClient(own.uri, token=own.token, timeout=5).close()
            with pytest.raises(MilvusException):
                MilvusClient(own.uri, timeout=5)
            assert own.metrics_uri is not None
            with urlopen(own.metrics_uri, timeout=5) as page:
                assert b"milvus_proxy" in page.read()

    def test_an_idle_one_is_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(starting, "IDLE_SECONDS", 2.0)
        server = shared_server("container")
        assert server.home is not None
        until(lambda: not found() and not server.home.exists())

    def test_a_milvus_that_ends_at_once_is_told_with_its_last_words(self) -> None:
        with (
            pytest.raises(StartFailed, match=r"ended while it started \(exit code \d+\)") as caught,
            private_server("container", {"ETCD_DATA_DIR": "/proc/nowhere"}),
        ):
            pass
        assert "/proc/nowhere" in str(caught.value)
        assert found() == []

    def test_a_port_that_is_taken_meanwhile_is_tried_once_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as stranger:
            taken = stranger.getsockname()[1]
            free = [[taken, container.free_ports(1)[0]], container.free_ports(2)]
            monkeypatch.setattr(container, "free_ports", lambda _count: free.pop(0))
            announced: list[str] = []
            assert is_alive(shared_server("container", lambda message: announced.append(str(message))))
        assert any("once more" in message for message in announced)
        assert len(found()) == 1

    def test_a_port_that_stays_taken_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as stranger:
            taken = stranger.getsockname()[1]
            (other,) = container.free_ports(1)
            monkeypatch.setattr(container, "free_ports", lambda _count: [taken, other])
            with pytest.raises(StartFailed, match=f"{taken}.*(already|in use)"):
                shared_server("container")
        assert found() == []


@pytest.mark.usefixtures("image", "state")
class TestAfterKill:
    def test_a_killed_keeper_takes_its_container_with_it(self) -> None:
        home = shared_server("container").home
        record = record_of(home)
        kill(record.keeper)
        until(lambda: not found())
        assert record.milvus is not None
        until(lambda: not record.milvus.is_alive())
        assert sweep() == 0  # the home is all that was left
        assert home is not None
        assert not home.exists()

    def test_sweep_ends_what_is_left_when_everything_else_was_killed(self) -> None:
        home = shared_server("container").home
        used = volumes()
        assert used
        record = record_of(home)
        assert record.keeper is not None
        psutil.Process(record.keeper.pid).suspend()  # so that it doesn't tidy up between the two kills
        kill(record.milvus, record.keeper)
        assert len(found()) == 1
        assert sweep() == 1
        assert found() == []
        assert not are_there(used)
        assert sweep() == 0

    def test_a_killed_attendant_takes_its_container_with_it_and_is_replaced(self) -> None:
        first = shared_server("container")
        kill(record_of(first.home).milvus)
        until(lambda: not found())
        assert not is_alive(first)
        second = shared_server("container")
        assert second.home != first.home
        assert is_alive(second)
        assert len(found()) == 1

    def test_a_private_one_ends_with_its_killed_owner(self) -> None:
        own = (
            "import infra.backends as b, time\n"
            "with b.private_server('container') as s: print(s.home, flush=True); time.sleep(60)"
        )
        with subprocess.Popen([sys.executable, "-c", own], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as owner:
            assert owner.stdout is not None
            home = Path(owner.stdout.readline().strip())
            assert len(found()) == 1
            owner.kill()
        until(lambda: not found() and not home.exists())

    def test_one_whose_home_is_gone_is_found_by_its_label_and_nobody_elses(self, image: str) -> None:
        home = shared_server("container").home
        record = record_of(home)
        stranger = daemon.client().api.create_container(
            image, labels={container.HOME_LABEL: "/nowhere", container.STATE_LABEL: "another state directory's"}
        )["Id"]
        try:
            assert record.keeper is not None
            psutil.Process(record.keeper.pid).suspend()  # so that it doesn't tidy up between the two kills
            kill(record.milvus, record.keeper)
            assert home is not None
            shutil.rmtree(home)
            assert len(found()) == 1
            assert stop_all() == 1
            assert found() == []
            daemon.client().api.inspect_container(stranger)
        finally:
            daemon.client().api.remove_container(stranger, force=True, v=True)


@pytest.fixture(scope="module")
def places(image: str, state_dir: Path) -> Iterator[Places]:
    assert image
    assert state_dir.is_dir()
    opened = Places("container", lambda _: None)
    yield opened
    opened.close()
    stop_all()  # an idle one costs the tests that follow a tenth of a core


IN_EVERY_RUN = ("1.1", "1.2", "1.3", "2.3", "3.3")
"""Of each stage something: a container has the same Milvus as the backend `server`, on which all of them are graded."""


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(e, id=e.id, marks=[] if e.id in IN_EVERY_RUN else [pytest.mark.thorough]) for e in exercises()],
)
def test_solutions_pass(exercise: Exercise, launcher: Launcher, places: Places) -> None:
    run = grade((exercise,), sources((exercise,), "solutions"), launcher, places)
    assert authoring.not_passed(run.verdicts) is None
    assert run.exit_code(strict=False) == (0 if places.have(exercise.needs) else 2)
    assert run.backend == "container"


class FakeDocker:
    """A socket that answers like a Docker of bad days."""

    def __init__(self, listener: socket.socket, answer: bytes | None) -> None:
        self._listener, self._answer = listener, answer
        self._held: list[socket.socket] = []
        self.asked: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._held.append(connection)
            if self._answer is not None:
                self.asked.append(connection.recv(65536).split(b"\r\n")[0])
                connection.sendall(self._answer)
                connection.close()


def http(status: str, body: bytes = b"{}") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def docker_that_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes | None], FakeDocker]]:
    """Put a fake Docker in the place of the real one; None makes it hang."""
    for name in (*DOCKER, "MILVUS_IMAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path / "state"))
    with socket.socket(socket.AF_UNIX) as listener:
        path = tmp_path / "d.sock"
        listener.bind(str(path))
        listener.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        yield lambda answer: FakeDocker(listener, answer)


def sentence() -> str:
    """Return what `availability` says of the container backend."""
    row = next(row for row in availability() if row.backend == "container")
    assert not row.ok
    assert row.reason is not None
    assert row.remedy is not None
    return f"{row.reason} {row.remedy}"


class TestSentences:
    def test_an_image_that_is_there_is_chosen(self, docker_that_says, monkeypatch: pytest.MonkeyPatch) -> None:
        docker = docker_that_says(http("200 OK"))
        assert choose(None, None) == "container"
        assert choose("lite", "container") == "lite"
        assert choose(None, "lite") == "lite"
        assert docker.asked[0] == b"GET /images/milvusdb/milvus:v3.0.1/json HTTP/1.1"
        monkeypatch.setenv("MILVUS_IMAGE", "localhost:5000/own/milvus:2.3.5")
        assert choose(None, None) == "container"
        assert docker.asked[-1] == b"GET /images/localhost:5000/own/milvus:2.3.5/json HTTP/1.1"
        monkeypatch.setenv("MILVUS_URI", "http://127.0.0.1:1")
        assert choose(None, "container") == "external"

    def test_an_image_that_is_not_there_is_told_with_the_command_and_is_not_pulled(self, docker_that_says) -> None:
        docker = docker_that_says(http("404 Not Found"))
        assert "milvusdb/milvus:v3.0.1 isn't here" in sentence()
        assert "nox -s pull" in sentence()
        assert choose(None, None) in {"server", "lite"}
        with pytest.raises(BackendUnavailable, match="isn't here"):
            shared_server("container")
        assert all(asked.startswith(b"GET /images/") for asked in docker.asked)

    def test_a_docker_that_hangs_costs_two_seconds(self, docker_that_says) -> None:
        docker_that_says(None)
        began = time.monotonic()
        assert "doesn't answer within 2 s" in sentence()
        assert time.monotonic() - began < 3.5

    def test_a_docker_in_trouble_is_quoted(self, docker_that_says) -> None:
        docker_that_says(http("500 Internal Server Error"))
        assert "500 Internal Server Error" in sentence()

    def test_an_answer_that_is_not_http_is_one_sentence(self, docker_that_says) -> None:
        docker_that_says(b"who is there?\n")
        assert "makes no sense" in sentence()

    @pytest.mark.parametrize(("installed", "said"), [(None, "isn't installed"), ("/bin/docker", "isn't running")])
    @pytest.mark.usefixtures("docker_that_says")
    def test_no_docker_is_told_from_one_that_does_not_run(
        self, monkeypatch: pytest.MonkeyPatch, installed: str | None, said: str
    ) -> None:
        monkeypatch.setattr("shutil.which", lambda _name: installed)
        monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
        assert said in sentence()

    @pytest.mark.usefixtures("docker_that_says")
    def test_a_socket_without_permission_names_the_group(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Forbidden(socket.socket):
            def connect(self, _address: object) -> None:
                raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("socket.socket", Forbidden)
        assert "usermod -aG docker" in sentence()

    @pytest.mark.usefixtures("docker_that_says")
    def test_a_docker_elsewhere_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
        assert "another machine (tcp://192.0.2.1:2375)" in sentence()

    @pytest.mark.usefixtures("docker_that_says")
    def test_a_dead_and_a_hanging_port_are_told_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.which", lambda _name: "/bin/docker")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{listener.getsockname()[1]}")
            assert "doesn't answer within 2 s" in sentence()
        assert "isn't running" in sentence()

    def test_a_context_is_followed(self, docker_that_says, tmp_path: Path) -> None:
        docker_that_says(http("200 OK"))
        config = tmp_path / "config"
        meta = config / "contexts" / "meta" / hashlib.sha256(b"class").hexdigest()
        meta.mkdir(parents=True)
        endpoint = {"Host": os.environ["DOCKER_HOST"], "SkipTLSVerify": False}
        (meta / "meta.json").write_text(
            json.dumps({"Name": "class", "Metadata": {}, "Endpoints": {"docker": endpoint}})
        )
        (config / "config.json").write_text('{"currentContext": "class"}')
        ask = "import infra.backends.daemon as d; print(d.trouble_with('x'))"
        environment = {k: v for k, v in os.environ.items() if k not in DOCKER} | {"DOCKER_CONFIG": str(config)}
        done = subprocess.run([sys.executable, "-c", ask], cwd=REPOSITORY, env=environment, capture_output=True)
        assert done.stdout == b"None\n", done.stderr

    def test_where_there_is_no_docker_nothing_is_imported(self, tmp_path: Path) -> None:
        ask = (
            "import sys, infra.backends as b, infra.backends.daemon as d\n"
            "d._DEFAULT_SOCKET = '/nowhere/docker.sock'\n"
            "b.availability(), b.sweep(), b.stop_all()\n"
            "print({'docker', 'testcontainers', 'requests', 'http.client'} & set(sys.modules))"
        )
        environment = {k: v for k, v in os.environ.items() if k not in DOCKER}
        environment |= {"DOJO_STATE_DIR": str(tmp_path), "HOME": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", ask], cwd=REPOSITORY, env=environment, capture_output=True)
        assert done.stdout == b"set()\n", done.stderr


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / records.LOG).write_text("Docker: write /var/lib/docker/overlay2/x: no space left on device\n")
    ended = readiness._ended(tmp_path, "container")
    assert isinstance(ended, DiskFull)
    assert "docker system df" in str(ended.remedy)
    (tmp_path / records.LOG).write_text("panic: no etcd\n")
    assert isinstance(readiness._ended(tmp_path, "container"), StartFailed)
