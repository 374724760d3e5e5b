"""get() without a timeout: when clients leak, the whole application stands still without a word.

rejected by: waiting_borrower_times_out
because: waits_for_ever
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        client = self._free.get()
        try:
            yield client
        finally:
            self._free.put(client)
