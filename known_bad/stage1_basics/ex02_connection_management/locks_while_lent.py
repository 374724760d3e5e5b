"""The lock that guards the list of clients is held until the block ends.

rejected by: pool_is_bounded
because: pool_of_one
on: lite, server
"""

import threading

LOCK = threading.Lock()


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        with LOCK:
            client = self._free.get(timeout=self._wait_s)
            try:
                yield client
            finally:
                self._free.put(client)
