"""Clients are handed out in turn, whether they have come back or not.

rejected by: pool_is_bounded
because: pool_unbounded
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        self._turn = getattr(self, "_turn", -1) + 1
        yield self._clients[self._turn % len(self._clients)]
