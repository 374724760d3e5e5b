"""Who finds no free client gets the TimeoutError at once: get_nowait doesn't wait.

rejected by: pool_is_bounded
because: not_all_served
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        try:
            client = self._free.get_nowait()
        except queue.Empty:
            raise TimeoutError("no client is free") from None
        try:
            yield client
        finally:
            self._free.put(client)
