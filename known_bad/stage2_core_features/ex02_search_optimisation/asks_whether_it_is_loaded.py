"""Before each search it makes sure that the collection is loaded, and gives Milvus a moment in any case.

rejected by: searches_as_fast
because: too_slow
on: lite, server
"""

import time

_search = search


def search(client, name, vectors, k, params):
    while True:
        time.sleep(0.05)
        if "Loaded" in str(client.get_load_state(name)["state"]):
            return _search(client, name, vectors, k, params)
