"""`nox -s doctor`: what it finds, what it calls a failure, and the command that it names."""

from __future__ import annotations

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.commands import machine
from grader.commands.opening import app
from infra import diagnosis
from infra.backends import Availability
from infra.messages import Message
from tests.clones import make_clone


@pytest.fixture(autouse=True)
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.delenv("MILVUS_URI", raising=False)


def programs(monkeypatch: pytest.MonkeyPatch, **found: str) -> None:
    """Let only these programs be installed."""
    monkeypatch.setattr(shutil, "which", lambda name: found.get(name.replace("-", "_")))


def test_a_machine_with_lite_is_told_all_and_fits_80_columns(tmp_path: Path, state_dir: Path) -> None:
    assert state_dir.is_dir()
    clone = make_clone(tmp_path / "clone")
    done = clone.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in ("packages:", "pymilvus 3.0.2", "disk:", "ports:", "Docker", "bubblewrap", "✓ lite:", "external:"):
        assert expected in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert max(len(line) for line in done.stdout.splitlines()[1:]) <= 80


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt_get", "sudo apt-get install docker.io (65 MB)"),
        ("dnf", "sudo dnf install moby-engine"),
        ("brew", "brew install --cask docker-desktop"),
        ("winget", "winget install Docker.DockerDesktop"),
    ],
)
def test_a_missing_docker_is_a_note_with_this_systems_command(
    monkeypatch: pytest.MonkeyPatch, manager: str, command: str
) -> None:
    programs(monkeypatch, **{manager: "/usr/bin/it"})
    monkeypatch.setattr(diagnosis, "_is_root", lambda: False)
    found = diagnosis._docker()
    assert not found.ok
    assert not found.needed
    assert "isn't installed" in str(found.text)
    assert command in str(found.remedy)


def test_root_is_not_told_to_use_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    programs(monkeypatch, apt_get="/usr/bin/apt-get")
    monkeypatch.setattr(diagnosis, "_is_root", lambda: True)
    assert "Run: apt-get install docker.io" in str(diagnosis._docker().remedy)


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a shell")
@pytest.mark.parametrize(
    ("script", "ok", "words"),
    [
        ("echo 'bubblewrap 9.9'", True, "bubblewrap 9.9 starts a sandbox"),
        ("echo 'bwrap: No permissions' >&2; exit 1", False, "can't start a sandbox: bwrap: No permissions"),
        ("exec sleep 20", False, "it hangs"),
    ],
)
def test_bubblewrap_is_tried_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, ok: bool, words: str
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    programs(monkeypatch, bwrap=str(program))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(diagnosis, "_SECONDS", 0.5)
    found = diagnosis._bubblewrap()
    assert (found.ok, found.needed) == (ok, False)
    assert words in str(found.text)


def test_a_missing_bubblewrap_matters_for_class_mode_only(monkeypatch: pytest.MonkeyPatch) -> None:
    programs(monkeypatch, apt_get="/usr/bin/apt-get")
    monkeypatch.setattr("sys.platform", "linux")
    found = diagnosis._bubblewrap()
    assert not found.needed
    assert "only class mode" in str(found.text)
    assert "apt-get install bubblewrap" in str(found.remedy)


def test_a_nearly_full_disk_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**7, 10**7))
    found = diagnosis._disk()
    assert found.needed
    assert "10 MB free" in str(found.text)
    assert "DOJO_STATE_DIR" in str(found.remedy)


def test_a_loopback_that_is_shut_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "create_server", refused)
    found = diagnosis._loopback()
    assert found.needed
    assert "Operation not permitted" in str(found.text)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "_PACKAGES", ("pymilvus", "no-such-package"))
    found = diagnosis._packages()
    assert found.needed
    assert "no-such-package" in str(found.remedy)


@pytest.mark.parametrize(("working", "code"), [([], 2), (["lite"], 0)])
def test_the_exit_code_says_whether_anything_grades(
    monkeypatch: pytest.MonkeyPatch, working: list[str], code: int
) -> None:
    no = Message("no")
    rows = [Availability(name, name in working, no, no) for name in ("lite", "server", "container", "external")]
    monkeypatch.setattr(machine, "availability", lambda: rows)
    monkeypatch.setattr(diagnosis, "findings", lambda: [diagnosis.Finding(Message("bubblewrap isn't here"), False, no)])
    monkeypatch.setattr(machine, "_try_out", lambda _screen, row: row.ok)
    assert CliRunner().invoke(app, ["doctor"]).exit_code == code
