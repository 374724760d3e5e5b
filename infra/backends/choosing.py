"""Which backend a run uses. Nothing is started here, and nobody is asked but Docker, for its images."""

from __future__ import annotations

import importlib.util
import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.backends.daemon import milvus_image, trouble_with
from infra.backends.ending import homes
from infra.backends.errors import BackendUnavailable
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.backends.records import Record

_INSTALL = Message(N_("Run: python -m pip install --group grader"))


@dataclass(frozen=True)
class Availability:
    """Whether this machine can run a backend.

    Attributes:
        backend: `lite`, `server`, `container` or `external`.
        ok: whether it can be started, or an address is given.
        reason: one sentence, when it can't.
        remedy: what mends it, when it can't.
    """

    backend: str
    ok: bool
    reason: Message | None = None
    remedy: Message | None = None


def availability() -> list[Availability]:
    """Return what this machine can run, without starting anything."""
    return [look() for look in _LOOKS.values()]


def choose(requested: str | None, kept: str | None) -> str:
    """Return the backend of a run.

    What was asked for goes first, then a server that `MILVUS_URI` names, then what the last run used if that still
    works, then the image if Docker has it, then the full server of the wheel, then lite.

    Args:
        requested: the name after `--backend`, or None.
        kept: the backend of the last run, or None.

    Raises:
        BackendUnavailable: the requested one is unknown or can't run here.
    """
    if requested is not None:
        require(requested)
        return requested
    if _external().ok:
        return "external"
    for backend in (kept, "container", "server"):
        if backend in _LOOKS and _LOOKS[backend]().ok:
            return backend
    require("lite")
    return "lite"


def require(backend: str) -> None:
    """Make sure that a backend is known and available.

    Raises:
        BackendUnavailable: it isn't; the sentence names the choices or the reason.
    """
    if backend not in _LOOKS:
        fields = {"backend": backend, "choices": ", ".join(_LOOKS)}
        raise BackendUnavailable(
            Message(N_("There is no backend {backend}: choose one of {choices}."), fields),
            Message(N_("Run: nox -s doctor, which shows what this machine can run.")),
        )
    found = _LOOKS[backend]()
    if found.reason and found.remedy:
        raise BackendUnavailable(found.reason, found.remedy)


def _lite() -> Availability:
    if importlib.util.find_spec("milvus_lite") is None:
        return Availability("lite", False, Message(N_("The package milvus-lite isn't installed.")), _INSTALL)
    return Availability("lite", True)


def _server() -> Availability:
    system, machine = platform.system(), platform.machine()
    if system != "Darwin" and (system, machine) != ("Linux", "x86_64"):
        template = N_("The Milvus server wheel exists for Linux x86-64 and macOS only; this is {system} {machine}.")
        reason = Message(template, {"system": system, "machine": machine})
        remedy = Message(N_("Use --backend lite, or set MILVUS_URI to a Milvus that runs elsewhere."))
        return Availability("server", False, reason, remedy)
    if importlib.util.find_spec("milvus") is None:
        reason = Message(N_("The package milvus (the Milvus 2.3.5 server) isn't installed."))
        return Availability("server", False, reason, _INSTALL)
    return Availability("server", True)


def _container() -> Availability:
    # Docker isn't asked while a server of ours runs there: that costs a run some milliseconds, or the SDK's import.
    if any(_is_warm_container(record) for _, record in homes()):
        return Availability("container", True)
    if trouble := trouble_with(milvus_image()):
        return Availability("container", False, trouble.message, trouble.remedy)
    if importlib.util.find_spec("testcontainers") is None:
        return Availability("container", False, Message(N_("The package testcontainers isn't installed.")), _INSTALL)
    return Availability("container", True)


def _is_warm_container(record: Record | None) -> bool:
    if record is None or not record.shared or not record.ready or record.keeper is None:
        return False
    return (record.backend, record.package) == ("container", milvus_image()) and record.keeper.is_alive()


def _external() -> Availability:
    if not os.environ.get("MILVUS_URI"):
        reason = Message(N_("MILVUS_URI isn't set."))
        remedy = Message(
            N_("Set MILVUS_URI, for instance to http://127.0.0.1:19530, and MILVUS_TOKEN if it needs one.")
        )
        return Availability("external", False, reason, remedy)
    return Availability("external", True)


_LOOKS: dict[str, Callable[[], Availability]] = {
    "lite": _lite,
    "server": _server,
    "container": _container,
    "external": _external,
}
