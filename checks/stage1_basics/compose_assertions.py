"""What the checks of 1.1 ask of compose.yaml, as Docker Compose reads it, and what each difference looks like.

The file comes from a stranger: nothing in it is run, and what it may ask for is a list of what Milvus needs.
"""

from __future__ import annotations

import re
from typing import Any

from checks.stage1_basics.compose_stack import PASSWORD, Stack, rendered_with, stack_of
from grader.check import because, shortened
from grader.runner.submission import Submission
from infra.messages import N_, Message

DATA = "/var/lib/milvus"

_MILVUS_PINNED = re.compile(r"(?:docker\.io/)?milvusdb/milvus:v3\.0\.\d+(?:@sha256:[0-9a-f]{64})?")
_COMPANION = re.compile(r"(?:[\w.-]+/)*(etcd|minio)(?=[:@]|$)")


def assert_runs_milvus(stack: Stack) -> None:
    """Ask for a pinned standalone Milvus that finds its etcd and its storage, and that a client can reach."""
    image = stack.milvus["image"]
    assert _MILVUS_PINNED.fullmatch(image), because(
        "unpinned",
        "The image is {image}, expected milvusdb/milvus:v3.0.1 (or another v3.0.x in full). `latest`, or half a "
        "version, is another Milvus after the next pull, and nobody decided that.",
        image=image,
    )
    command = " ".join(_words(stack.milvus.get("command")))
    assert command.endswith("milvus run standalone"), because(
        "not_standalone",
        "The service {name} runs the command {command}, expected: milvus run standalone.",
        name=stack.name,
        command=shortened(command),
    )
    assert stack.says_yes("ETCD_USE_EMBED") or _host(stack.setting("ETCD_ENDPOINTS")) in stack.companions, because(
        "no_etcd",
        'Milvus finds no etcd: neither is it told to run its own (ETCD_USE_EMBED is "{embedded}"), nor does '
        'ETCD_ENDPOINTS ("{endpoints}") name a service of this file.',
        embedded=stack.setting("ETCD_USE_EMBED"),
        endpoints=stack.setting("ETCD_ENDPOINTS"),
    )
    is_local = stack.setting("COMMON_STORAGETYPE").lower() == "local"
    assert is_local or _host(stack.setting("MINIO_ADDRESS")) in stack.companions, because(
        "no_storage",
        'Milvus finds no place for its data: neither is it told to use its own disk (COMMON_STORAGETYPE is "{type}", '
        'not "local"), nor does MINIO_ADDRESS ("{address}") name a service of this file.',
        type=stack.setting("COMMON_STORAGETYPE"),
        address=stack.setting("MINIO_ADDRESS"),
    )
    ports = [port.get("target") for port in stack.milvus.get("ports") or [] if port.get("published")]
    assert 19530 in ports, because(
        "no_port", "The service {name} publishes no port 19530, so no client can reach Milvus.", name=stack.name
    )


def assert_asks_milvus(stack: Stack) -> None:
    """Ask for a health check that asks Milvus, and that minds its answer."""
    health = stack.milvus.get("healthcheck") or {}
    command = " ".join(_words(health.get("test"))[1:])  # the first word says how the others are run
    shown = shortened(command)
    there = command and not health.get("disable")
    assert there, because(
        "no_health_check",
        "The service {name} has no health check: `docker compose up --wait`, and whatever depends on Milvus, goes on "
        "as soon as the process has started.",
        name=stack.name,
    )
    assert not re.search(r"\b(nc|ncat|telnet)\b|/dev/tcp/", command), because(
        "looks_at_the_port",
        "The health check runs {command}, which looks whether a port is open. It is open long before Milvus answers "
        "there, and stays open when Milvus hangs: port 9091 answers /healthz.",
        command=shown,
    )
    assert re.search(r"9091/healthz\b|\b19530\b", command), because(
        "asks_nobody",
        "The health check runs {command}, which doesn't ask Milvus how it is: its port 9091 answers /healthz.",
        command=shown,
    )
    assert "curl" not in command or re.search(r"\s(--fail|-[A-Za-z]*f)", command), because(
        "takes_any_answer",
        "The health check runs {command}. curl is content with any answer, also with HTTP 500, by which Milvus says "
        "that a part of it is down. It needs --fail.",
        command=shown,
    )
    assert not re.search(r"(\|\||;)\s*(true|:|exit 0)\s*$", command), because(
        "always_healthy", "The health check runs {command}, which succeeds whatever happens.", command=shown
    )


def assert_keeps_data(stack: Stack) -> None:
    """Ask for named volumes below everything that has data."""
    mounts = {str(mount.get("target")).rstrip("/"): mount for mount in stack.milvus.get("volumes") or []}
    mount = mounts.get(DATA)
    assert mount is not None, because(
        "no_volume",
        "Nothing is mounted at {data}, where Milvus keeps its data (mounted are: {targets}): the next `docker compose "
        "down`, or the next version of the image, loses everything.",
        data=DATA,
        targets=shortened(sorted(mounts)) if mounts else "-",
    )
    assert _is_named(mount), because(
        "no_named_volume",
        "What is mounted at {data} is {kind}, expected a named volume. Only a named volume is found again by the next "
        "container, and has the right owner from the beginning: Milvus doesn't run as root.",
        data=DATA,
        kind=_kind(mount),
    )
    place = stack.setting("ETCD_DATA_DIR")
    assert not stack.says_yes("ETCD_USE_EMBED") or f"{place}/".startswith(f"{DATA}/"), because(
        "etcd_outside",
        'ETCD_DATA_DIR is "{place}", which isn\'t below {data}: the rows are kept, and etcd, which knows what '
        "collections there are, begins anew with each container.",
        place=place,
        data=DATA,
    )
    forgetful = [name for name, s in stack.companions.items() if not any(map(_is_named, s.get("volumes") or []))]
    assert not forgetful, because(
        "companion_forgets",
        "These services keep data for Milvus and have no named volume: {names}.",
        names=", ".join(forgetful),
    )


def assert_takes_password(submission: Submission, passwords: list[str]) -> None:
    """Ask that root's password is the one from outside, and that nothing starts without."""
    for password in passwords:
        stack = stack_of(submission, password)
        assert stack.says_yes("COMMON_SECURITY_AUTHORIZATIONENABLED"), because(
            "open_to_all",
            'COMMON_SECURITY_AUTHORIZATIONENABLED is "{actual}": Milvus lets everybody in and looks at no password.',
            actual=stack.setting("COMMON_SECURITY_AUTHORIZATIONENABLED"),
        )
        given = stack.setting("COMMON_SECURITY_DEFAULTROOTPASSWORD")
        assert given, because(
            "default_password",
            "COMMON_SECURITY_DEFAULTROOTPASSWORD isn't set: the password of root is `Milvus`, as everybody knows.",
        )
        assert given == password, because(
            "fixed_password",
            'With MILVUS_ROOT_PASSWORD={password}, COMMON_SECURITY_DEFAULTROOTPASSWORD is "{actual}". A password that '
            "stands in a file is in git for ever: take it from the environment.",
            password=password,
            actual=given[:80],
        )
    assert rendered_with(submission, {}).project is None, because(
        "starts_without_password",
        "Without MILVUS_ROOT_PASSWORD compose should refuse to start, and it starts Milvus with another password, or "
        "an empty one. ${{NAME:?message}} is a variable that must be there.",
    )
    assert rendered_with(submission, {PASSWORD: ""}).project is None, because(
        "empty_password",
        "With an empty MILVUS_ROOT_PASSWORD compose should refuse to start, and it starts Milvus. ${{NAME?message}} "
        "minds a variable that is missing, ${{NAME:?message}} an empty one too.",
    )


def assert_keeps_to_itself(stack: Stack) -> None:
    """Ask that nothing is there beyond what Milvus needs: services, rights, folders of the host, ports."""
    others = [name for name, service in stack.companions.items() if not _COMPANION.match(service.get("image") or "")]
    assert not others, because(
        "needless_service", "Milvus doesn't need these services: {names}. Leave them out.", names=", ".join(others)
    )
    unpinned = [name for name, service in stack.companions.items() if not _is_pinned(service["image"])]
    assert not unpinned, because(
        "unpinned_companion", "The images of {names} have no fixed version.", names=", ".join(unpinned)
    )
    for name, service in stack.services.items():
        asks_for = {key for key, value in service.items() if value not in (None, False, [], {})} - _NEEDED
        asks_for |= set(service.get("security_opt") or []) - _SECURITY
        assert not asks_for, because(
            "needless_right",
            "The service {name} asks for {keys}, which Milvus doesn't need. Whoever breaks into the container has "
            "it too.",
            name=name,
            keys=", ".join(sorted(asks_for)),
        )
        foreign = [mount for mount in service.get("volumes") or [] if mount.get("type") not in ("volume", "tmpfs")]
        assert not foreign, because(
            "folder_of_the_host",
            "The service {name} mounts {source} of the host. Milvus keeps its data in named volumes and needs nothing "
            "of the host.",
            name=name,
            source=shortened(foreign[0].get("source") if foreign else ""),
        )
        wide = [port for port in service.get("ports") or [] if port.get("host_ip") not in ("127.0.0.1", "::1")]
        assert not wide, because(
            "open_port",
            "The service {name} publishes port {port} on every interface, for everybody in the network, and past the "
            'rules of ufw. "127.0.0.1:{port}:{port}" publishes it on this machine only.',
            name=name,
            port=wide[0].get("target") if wide else 0,
        )
    _assert_plain_storage(stack)


def _assert_plain_storage(stack: Stack) -> None:
    """Ask that volumes and networks are compose's own: a volume with options can be any folder of the host."""
    for kind, kept in (("volumes", {"name", "labels"}), ("networks", {"name", "labels", "ipam", "internal"})):
        for name, entry in (stack.project.get(kind) or {}).items():
            options = {key for key, value in (entry or {}).items() if value not in (None, False, [], {})} - kept
            if (entry or {}).get("driver") in ("local", "bridge"):
                options -= {"driver"}
            assert not options, because(
                "special_storage",
                "{kind}.{name} has {options}: with such options it can be any folder, or any network, of the host.",
                kind=kind,
                name=name,
                options=", ".join(sorted(options)),
            )


def _host(address: str) -> str:
    return address.split("//")[-1].split(":")[0]


def _is_named(mount: dict[str, Any]) -> bool:
    return mount.get("type") == "volume" and bool(mount.get("source"))


def _is_pinned(image: str) -> bool:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@sha256:" in image or (not tag.startswith("latest") and any(map(str.isdigit, tag)))


def _kind(mount: dict[str, Any]) -> Message:
    match mount.get("type"):
        case "volume":
            return Message(N_("an anonymous volume"))
        case "tmpfs":
            return Message(N_("memory, which is gone with the container"))
    return Message(N_("a folder of the host"))


def _words(command: Any) -> list[str]:
    """Return a command as compose renders it: a list of words, or nothing."""
    return [str(word) for word in command] if isinstance(command, list) else str(command or "").split()


_SECURITY = {"seccomp:unconfined", "seccomp=unconfined", "no-new-privileges:true", "no-new-privileges"}
"""Milvus' own compose files lift seccomp."""

_NEEDED = frozenset(
    {
        "annotations",
        "cap_drop",
        "command",
        "container_name",
        "cpu_shares",
        "cpus",
        "depends_on",
        "deploy",
        "entrypoint",
        "environment",
        "expose",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "labels",
        "logging",
        "mem_limit",
        "mem_reservation",
        "mem_swappiness",
        "memswap_limit",
        "networks",
        "pids_limit",
        "platform",
        "ports",
        "profiles",
        "pull_policy",
        "read_only",
        "restart",
        "security_opt",
        "shm_size",
        "stop_grace_period",
        "stop_signal",
        "tmpfs",
        "ulimits",
        "user",
        "volumes",
        "working_dir",
    }
)
"""What a service may say of itself: nothing of it gives rights on the host."""
