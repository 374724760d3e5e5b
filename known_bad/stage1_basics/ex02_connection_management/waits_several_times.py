"""A borrower who waited in vain waits again, four times in all, each as long as the whole wait may be.

rejected by: waiting_borrower_times_out
because: wrong_wait
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        client = None
        for _ in range(4):
            try:
                client = self._free.get(timeout=self._wait_s)
                break
            except queue.Empty:
                continue
        if client is None:
            raise TimeoutError("no client became free")
        try:
            yield client
        finally:
            self._free.put(client)
