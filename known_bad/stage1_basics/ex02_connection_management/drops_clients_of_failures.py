"""A client whose borrower raised is thought to be broken, and nothing takes its place but the last one.

rejected by: clients_come_back
because: clients_lost
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        try:
            client = self._free.get(timeout=self._wait_s)
        except queue.Empty:
            raise TimeoutError("no client became free") from None
        try:
            yield client
        except Exception:
            if self._free.empty():
                self._free.put(client)
            raise
        else:
            self._free.put(client)
