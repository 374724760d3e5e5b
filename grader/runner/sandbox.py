"""Starts learner code in a sandbox, so that a class can be graded without trusting anybody in it.

    require_sandbox()                   raises what to install where there can be none
    launcher = SandboxLauncher()        as many as there are workers, each for itself

Each author has a sandbox of their own (`world`), made by bubblewrap: what it sees is in `enclosure`, which system calls
it is refused in `syscalls`, how it reaches the server that it is graded on in `openings`. Children are forked in it as
quickly as outside. What one leaves in /tmp, later children of the same author find there, and nobody else.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

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
    """Forks children in sandboxes, one for each author: the first child takes most of a second, the others 20 ms.

    Sources share one where all Python files of their folder are one author's, such as the exercises of a submission.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spare: World | None = World()
        self._worlds: dict[Source | Path, _Settled] = {}
        self._of_child: dict[int, World] = {}

    def launch(self, source: Source | None = None, models: Sequence[str] = ()) -> Launched:
        """Fork one child in the sandbox of a source; one whose zygote learner code has killed or stopped is replaced.

        Raises:
            LaunchError: there is no sandbox, or nothing in it answers.
        """
        assert source is not None, "a sandbox is made for a source"
        author = _author(source)
        with self._lock:
            try:
                return self._fork(source, models)
            except OSError:
                self._drop(author)
            try:
                return self._fork(source, models)
            except OSError as error:
                said = self._worlds[author].world.said() if author in self._worlds else ""
                self._drop(author)
                raise LaunchError(f"the sandbox for learner code doesn't start: {said or error}") from None

    def exit_code(self, pid: int, timeout_s: float) -> int | None:
        """Return a child's exit code, waiting for at most `timeout_s` seconds."""
        world = self._of_child.get(pid)
        return world.exit_code(pid, timeout_s) if world else None

    def close(self) -> None:
        """End every sandbox with all that is in it."""
        with self._lock:
            for author in [*self._worlds]:
                self._drop(author)
            if self._spare is not None:
                self._spare.close()
                self._spare = None

    def _fork(self, source: Source, models: Sequence[str]) -> Launched:
        author = _author(source)
        if author not in self._worlds:
            self._make_room()
            world, self._spare = self._spare or World(), None
            self._worlds[author] = _Settled(world)
        settled = self._worlds[author] = self._worlds.pop(author)  # the one that was used last comes last
        if source not in settled.seen:
            settled.seen[source] = settled.world.place(source)
        child = settled.world.fork(models)
        self._of_child[child.pid] = settled.world
        return replace(child, source=settled.seen[source])

    def _make_room(self) -> None:
        """End sandboxes that weren't used for long, and in which nothing runs that anybody waits for."""
        for author in [*self._worlds][: max(0, len(self._worlds) - KEPT + 1)]:
            if not self._worlds[author].world.guests:
                self._drop(author)

    def _drop(self, author: Source | Path) -> None:
        if author in self._worlds:
            world = self._worlds.pop(author).world
            self._of_child = {pid: its for pid, its in self._of_child.items() if its is not world}
            world.close()


@dataclass(frozen=True)
class _Settled:
    """A sandbox, and as what each source that was placed in it is found there."""

    world: World
    seen: dict[Source, Source] = field(default_factory=dict)


def _author(source: Source) -> Source | Path:
    """Return what tells whose a source is: its folder, where all that lies there is theirs, else the source itself."""
    return source.path.parent if source.owns_folder else source
