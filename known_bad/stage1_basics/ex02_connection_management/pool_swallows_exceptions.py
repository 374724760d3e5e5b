"""The pool logs what its borrowers raise, and keeps it to itself.

rejected by: clients_come_back
because: exception_swallowed_by_pool
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        client = self._free.get(timeout=self._wait_s)
        try:
            yield client
        except Exception as error:
            print("borrower failed:", error)
        finally:
            self._free.put(client)
