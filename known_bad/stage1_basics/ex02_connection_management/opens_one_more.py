"""When no client is free a new one is opened: the pool grows with the load.

rejected by: pool_is_bounded
because: pool_unbounded
on: lite, server
"""


class ClientPool(ClientPool):
    @contextmanager
    def borrow(self):
        try:
            client = self._free.get_nowait()
        except queue.Empty:
            client = MilvusClient(uri=self._clients[0]._config.uri, db_name=self._clients[0]._config.db_name)
            self._clients.append(client)
        try:
            yield client
        finally:
            self._free.put(client)
