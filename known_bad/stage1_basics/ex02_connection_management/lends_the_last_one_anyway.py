"""After the wait the borrower gets a client that is in use: better than an error, or so one thinks.

rejected by: waiting_borrower_times_out
because: lent_twice
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        try:
            client = self._free.get(timeout=self._wait_s)
        except queue.Empty:
            client = self._clients[0]
        try:
            yield client
        finally:
            self._free.put(client)
