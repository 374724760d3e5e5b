"""Where checks run: a server that others may share, or a fresh private one, each with a database of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from fixtures.milvus import Milvus, inventory, workspace
from grader.verdict import Where
from infra import abilities
from infra.backends import Server, is_alive, private_server, shared_server, touch
from infra.messages import N_, Message


class Places:
    """The servers of one grading run on one backend.

    Args:
        backend: `lite`, `server`, `container` or `external`.
        announce: gets a sentence before each long step.
        alone: whether its server is one that nobody else uses, and that ends with it.
    """

    def __init__(self, backend: str, announce: Callable[[Message], None], alone: bool = False) -> None:
        self.backend = backend
        self._announce = announce
        self._alone = alone
        self._own = ExitStack()
        self._stack = ExitStack()
        self._shared: Milvus | None = None
        self._references = ExitStack()
        self._reference: Milvus | None = None
        self._server: Server = self._open_server()
        self._untouched = inventory(self._server) if alone else None

    @property
    def version(self) -> str:
        """What the server calls itself."""
        return self._server.version

    def has(self, ability: str) -> bool:
        """Say whether this backend has shown an ability; probed once, then known by version."""
        return abilities.has(self._server, ability)

    def have(self, needs: frozenset[str]) -> bool:
        """Say whether this backend has shown all of some abilities."""
        return all(self.has(ability) for ability in needs)

    @contextlib.contextmanager
    def open(self, where: Where) -> Iterator[Milvus]:
        """Give a check its Milvus: the one of this run, one of its own, or the one that references share."""
        match where:
            case "shared":
                yield self._open_shared()
            case "reference":
                yield self._open_reference()
            case "private":
                self._announce(Message(N_("    once more, alone on a fresh server …")))
                with private_server(self.backend) as server, workspace(server) as milvus:
                    yield milvus

    def renew(self) -> None:
        """Replace the shared server if it doesn't answer any more."""
        if not is_alive(self._server):
            self._replace()

    def clean(self) -> None:
        """Replace a server of one's own on which the last submission has left anything behind, or that it broke."""
        self._forget()
        if self._alone and inventory(self._server) != self._untouched:
            self._replace()

    def clear(self) -> None:
        """Drop what a run has made: the next submission begins with a database of its own."""
        self._forget()
        if self._reference is not None:
            self._reference.clear()

    def close(self) -> None:
        """Drop this run's database; the shared server stays for the next run."""
        self._forget()
        self._forget_reference()
        touch(self._server)
        self._own.close()

    def _open_server(self) -> Server:
        if self._alone:
            return self._own.enter_context(private_server(self.backend, announce=self._announce))
        return shared_server(self.backend, self._announce)

    def _replace(self) -> None:
        self._forget()
        self._own.close()
        self._server = self._open_server()
        self._untouched = inventory(self._server) if self._alone else None

    def _open_shared(self) -> Milvus:
        if self._shared is not None and not self._shared.is_there():
            self._forget()  # learner code has dropped it, which must not meet whoever comes next
        if self._shared is None:
            self._shared = self._stack.enter_context(workspace(self._server))
        return self._shared

    def _open_reference(self) -> Milvus:
        """No learner code ever learns of this server, so what the reference shows there can't be spoiled."""
        if self._reference is not None and not is_alive(self._reference.server):
            self._forget_reference()
        if self._reference is None:
            self._announce(Message(N_("    asking the reference solution for a second opinion …")))
            server = self._references.enter_context(private_server(self.backend))
            self._reference = self._references.enter_context(workspace(server))
        return self._reference

    def _forget_reference(self) -> None:
        self._reference = None
        with contextlib.suppress(Exception):
            self._references.close()

    def _forget(self) -> None:
        self._shared = None
        with contextlib.suppress(Exception):
            self._stack.close()
