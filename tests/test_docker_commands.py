"""`nox -s pull`, `up` and `down` on a real Docker: a registry of this test's own, and the stack in one container."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pymilvus import MilvusClient, MilvusException

from infra.backends import BackendUnavailable, DiskFull, StartFailed, StartTimeout, daemon
from infra.compose import stack
from infra.compose.program import compose_program
from infra.images import pulling
from tests.clones import Clone, make_clone, said
from tests.docker_here import require_image

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LAYER_BYTES = 3_000_000


@pytest.fixture(scope="module")
def image() -> str:
    return require_image()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    monkeypatch.setenv("DOJO_STATE_DIR", str(tmp_path / "state"))
    return make_clone(tmp_path / "clone")


@pytest.fixture
def registry() -> Iterator[str]:
    """A registry on this machine, with one image of one layer; Docker takes 127.0.0.0/8 without TLS."""
    blobs: dict[str, bytes] = {}

    def keep(blob: bytes) -> dict[str, object]:
        digest = "sha256:" + hashlib.sha256(blob).hexdigest()
        blobs[digest] = blob
        return {"size": len(blob), "digest": digest}

    content = secrets.token_bytes(LAYER_BYTES)
    with io.BytesIO() as packed:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            member = tarfile.TarInfo("noise")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        layer = packed.getvalue()
    rootfs = {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}
    config = keep(json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs}).encode())
    layers = [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **keep(gzip.compress(layer))}]
    config["mediaType"] = "application/vnd.docker.container.image.v1+json"
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
    stored = json.dumps(manifest).encode()

    class Registry(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            body = stored if "/manifests/" in self.path else blobs.get(self.path.rpartition("/")[2], b"{}")
            self.send_response(200)
            self.send_header("Content-Type", MANIFEST if body is stored else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Docker-Content-Digest", "sha256:" + hashlib.sha256(body).hexdigest())
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    name = f"127.0.0.1:{server.server_address[1]}/dojo/noise:1"
    yield name
    server.shutdown()
    server.server_close()
    daemon.client().images.remove(name, force=True)


@pytest.mark.usefixtures("image")
class TestPull:
    def test_downloads_once_with_progress_and_says_the_size(self, clone: Clone, registry: str) -> None:
        first = clone.run("pull", MILVUS_IMAGE=registry)
        assert first.returncode == 0, said(first)
        assert f"The image {registry} is here, 3 MB on disk" in said(first)
        assert "of 3 MB" in first.stdout
        assert daemon.has_image(registry)
        again = clone.run("pull", MILVUS_IMAGE=registry)
        assert again.returncode == 0
        assert "here already" in again.stdout

    def test_without_a_registry_is_one_sentence_and_code_2(self, clone: Clone) -> None:
        done = clone.run("pull", MILVUS_IMAGE="127.0.0.1:1/milvus:v1")
        assert done.returncode == 2
        assert "127.0.0.1:1/milvus:v1 couldn't be downloaded" in said(done)
        assert "python -m infra.images" in said(done)
        assert "Traceback" not in said(done)


def test_layers_are_added_up_and_never_shrink() -> None:
    shown: list[tuple[int, int]] = []
    steps = [
        {"status": "Pulling fs layer", "progressDetail": {}, "id": "a"},
        {"status": "Downloading", "progressDetail": {"current": 10, "total": 100}, "id": "a"},
        {"status": "Downloading", "progressDetail": {"current": 5, "total": 50}, "id": "b"},
        {"status": "Download complete", "progressDetail": {}, "id": "a"},
        {"status": "Extracting", "progressDetail": {"current": 1, "total": 100}, "id": "a"},
        {"status": "Pull complete", "id": "b"},
        {"status": "Digest: sha256:…"},
    ]
    pulling._follow("x", steps, lambda *both: shown.append(both))
    assert shown == [(0, 0), (10, 100), (15, 150), (105, 150), (105, 150), (150, 150), (150, 150)]


def test_a_full_disk_is_told_from_a_missing_network() -> None:
    full = [{"error": "write /var/lib/docker/tmp/x: no space left on device"}]
    with pytest.raises(DiskFull, match="no room"):
        pulling._follow("x", full, lambda *_: None)
    with pytest.raises(BackendUnavailable, match="no such host"):
        pulling._follow("x", [{"error": "lookup registry: no such host"}], lambda *_: None)


def containers(project: str) -> list[str]:
    filters = {"label": f"com.docker.compose.project={project}"}
    return [each["Id"] for each in daemon.client().api.containers(all=True, filters=filters)]


class TestUp:
    @pytest.fixture
    def project(self, clone: Clone) -> Iterator[None]:
        """Leave nothing of the stack: its project's name stands in the clone's state directory."""
        assert clone.root
        yield
        known = stack._secrets()
        for container in containers(known.project):
            daemon.client().api.remove_container(container, force=True)
        daemon.client().networks.prune({"label": f"com.docker.compose.project={known.project}"})
        for volume in daemon.client().volumes.list(filters={"name": known.project}):
            volume.remove()

    @pytest.mark.usefixtures("project")
    def test_starts_says_where_keeps_the_data_and_stops(self, clone: Clone, image: str) -> None:
        started = clone.run("up", "--single", MILVUS_IMAGE=image)
        assert started.returncode == 0, said(started)
        uri, token = address(started.stdout)
        client = MilvusClient(uri, token=token, timeout=10)
        client.create_collection("kept", dimension=2, timeout=30)
        client.close()
        for wrong in ("root:Milvus", ""):
            with pytest.raises(MilvusException):
                MilvusClient(uri, token=wrong, timeout=5)
        (container,) = containers(stack._secrets().project)
        ports = daemon.client().api.inspect_container(container)["NetworkSettings"]["Ports"]
        assert {binding["HostIp"] for bound in ports.values() for binding in bound or []} == {"127.0.0.1"}

        again = clone.run("up", "--single", MILVUS_IMAGE=image)
        assert address(again.stdout) == (uri, token)
        stopped = clone.run("down")
        assert stopped.returncode == 0
        assert "Its data is kept" in stopped.stdout
        assert containers(stack._secrets().project) == []
        assert "Its data is kept" not in clone.run("down").stdout

        uri, token = address(clone.run("up", "--single", MILVUS_IMAGE=image).stdout)
        client = MilvusClient(uri, token=token, timeout=10)
        assert client.list_collections() == ["kept"]
        client.close()
        assert clone.run("down").returncode == 0

    @pytest.mark.usefixtures("project", "image")
    def test_an_image_that_cannot_be_had_is_one_sentence_and_code_2(self, clone: Clone) -> None:
        done = clone.run("up", MILVUS_IMAGE="127.0.0.1:1/milvus:v1", ETCD_IMAGE="127.0.0.1:1/etcd:v1")
        assert done.returncode == 2
        assert "couldn't start the stack" in said(done)
        assert "Traceback" not in said(done)

    @pytest.mark.usefixtures("image")
    def test_one_that_never_gets_ready_is_told(self, clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
        assert clone
        monkeypatch.setattr(stack, "READY_SECONDS", 0.5)
        with pytest.raises(StartTimeout, match="did not take a write and a read"):
            stack._ready("http://127.0.0.1:1", stack._secrets())

    @pytest.mark.usefixtures("project")
    def test_a_milvus_that_ends_is_not_waited_for(self, clone: Clone, image: str) -> None:
        """`false` is a stand-in for a Milvus that can't start."""
        assert clone
        known = stack._secrets()
        name, labels = f"{known.project}-standalone-1", {"com.docker.compose.project": known.project}
        daemon.client().containers.run(image, ["false"], name=name, labels=labels, detach=True)
        with pytest.raises(StartFailed, match="exit code 1") as caught:
            stack._ready("http://127.0.0.1:1", known)
        assert name in str(caught.value.remedy)


def address(printed: str) -> tuple[str, str]:
    found = re.search(r"MILVUS_URI=(\S+) MILVUS_TOKEN=(\S+)", printed)
    assert found, printed
    return found[1], found[2]


@pytest.mark.parametrize("file", ["compose.yaml", "single.yaml"])
def test_compose_files_are_pinned_and_listen_on_the_loopback_address_only(file: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_IMAGE")} | {"DOJO_MINIO_PASSWORD": "secret"}
    program = compose_program()
    assert program is not None
    path = Path(stack.__file__).with_name(file)
    command = [*program, "--file", str(path), "config", "--format", "json"]
    services = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)["services"]
    for name, service in services.items():
        assert re.search(r":v?\d|:RELEASE\.\d", service["image"]), name
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", []))
        assert all(volume["type"] == "volume" for volume in service["volumes"])
        assert "minioadmin" not in json.dumps(service)
    assert services["standalone"]["image"] == daemon.DEFAULT_IMAGE


def test_without_compose_its_plugin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr("importlib.metadata.files", lambda _name: None)
    assert compose_program.__wrapped__() is None
    monkeypatch.setattr(stack, "compose_program", lambda: None)
    with pytest.raises(BackendUnavailable, match="Compose isn't installed") as caught:
        stack._program()
    assert "docs.docker.com/compose" in str(caught.value.remedy)
