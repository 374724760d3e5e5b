"""The client is put back in the last line, which isn't reached when the borrower raises.

rejected by: clients_come_back
because: clients_leaked
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        try:
            client = self._free.get(timeout=self._wait_s)
        except queue.Empty:
            raise TimeoutError("no client became free") from None
        yield client
        self._free.put(client)
