"""Starts learner code in a sandbox, so that a class can be graded without trusting anybody in it.

    require_sandbox()                   raises what to install where there can be none
    launcher = SandboxLauncher()        as many as there are workers, each for itself

Each source has a sandbox of its own (`world`), made by bubblewrap: what it sees is in `enclosure`, which system calls
it is refused in `syscalls`, how it reaches the server that it is graded on in `openings`. Children are forked in it as
quickly as outside. What one leaves in /tmp, later children of the same source find there, and nobody else.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace

from grader.errors import KitError
from grader.runner.forking import Launched
from grader.runner.launch import LaunchError
from grader.runner.source import Source
from grader.runner.world import World
from infra.messages import N_, Message

KEPT = 2
"""Sandboxes at a time: the submission's and the reference's. More only while older ones still have children."""


class SandboxUnavailable(KitError):
    """Learner code can't be kept apart from the machine here."""


def require_sandbox() -> None:
    """Make a sandbox, and have one child forked in it.

    Raises:
        SandboxUnavailable: it can't be done; it says why, and what to do.
    """
    if shutil.which("bwrap") is None:
        raise SandboxUnavailable(Message(N_("Grading a class needs bubblewrap, which isn't installed.")), _REMEDY)
    world = World()
    try:
        child = world.fork(())
        child.channel.close()
    except OSError as error:
        detail = (world.said().splitlines() or [str(error)])[-1]
        raise SandboxUnavailable(
            Message(N_("bubblewrap can't make a sandbox here: {detail}"), {"detail": detail}), _ELSEWHERE
        ) from None
    finally:
        world.close()


_REMEDY = Message(
    N_(
        "`apt-get install bubblewrap` (or your system's package) brings it. Where Docker runs, the same command grades "
        "in a container that has it. Or grade in a container that you throw away, and say --trust-submissions there."
    )
)
_ELSEWHERE = Message(
    N_(
        "It needs user namespaces, or root with CAP_SYS_ADMIN: on Ubuntu `sudo sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0` allows them, `docker run --privileged` in a container. Where "
        "Docker runs, the same command grades in a container that allows them. Or grade in a container that you throw "
        "away, and say --trust-submissions there."
    )
)


class SandboxLauncher:
    """Forks children in sandboxes, one for each source: a source's first child takes a second, the others 20 ms."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spare: World | None = World()
        self._worlds: dict[Source, tuple[World, Source]] = {}
        self._of_child: dict[int, World] = {}

    def launch(self, source: Source | None = None, models: Sequence[str] = ()) -> Launched:
        """Fork one child in the sandbox of a source; one whose zygote learner code has killed or stopped is replaced.

        Raises:
            LaunchError: there is no sandbox, or nothing in it answers.
        """
        assert source is not None, "a sandbox is made for a source"
        with self._lock:
            try:
                return self._fork(source, models)
            except OSError:
                self._drop(source)
            try:
                return self._fork(source, models)
            except OSError as error:
                said = self._worlds[source][0].said() if source in self._worlds else ""
                self._drop(source)
                raise LaunchError(f"the sandbox for learner code doesn't start: {said or error}") from None

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        world = self._of_child.get(pid)
        return world.exit_code(pid, timeout_s) if world else None

    def close(self) -> None:
        """End every sandbox with all that is in it."""
        with self._lock:
            for source in [*self._worlds]:
                self._drop(source)
            if self._spare is not None:
                self._spare.close()
                self._spare = None

    def _fork(self, source: Source, models: Sequence[str]) -> Launched:
        if source not in self._worlds:
            self._make_room()
            world, self._spare = self._spare or World(), None
            self._worlds[source] = (world, source)
            self._worlds[source] = (world, world.place(source))
        world, seen = self._worlds.pop(source)
        self._worlds[source] = (world, seen)  # the one that was used last comes last
        child = world.fork(models)
        self._of_child[child.pid] = world
        return replace(child, source=seen)

    def _make_room(self) -> None:
        """End sandboxes that weren't used for long, and in which nothing runs that anybody waits for."""
        for source in [*self._worlds][: max(0, len(self._worlds) - KEPT + 1)]:
            if not self._worlds[source][0].guests:
                self._drop(source)

    def _drop(self, source: Source) -> None:
        if source in self._worlds:
            world, _ = self._worlds.pop(source)
            self._of_child = {pid: its for pid, its in self._of_child.items() if its is not world}
            world.close()
