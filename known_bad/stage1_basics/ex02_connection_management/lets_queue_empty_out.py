"""The queue's own exception reaches the borrower.

rejected by: waiting_borrower_times_out
because: no_timeout_error
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        client = self._free.get(timeout=self._wait_s)
        try:
            yield client
        finally:
            self._free.put(client)
