"""Each search opens a client, and closes it, so that nothing is left open.

rejected by: connects_once
because: client_for_every_search
on: lite, server
"""

from contextlib import closing


def connect(uri, database, name, k, params):
    def search(vector):
        with closing(MilvusClient(uri, db_name=database, dedicated=True)) as client:
            hits = client.search(name, [vector], limit=k, search_params={"params": params}, retry_times=0)
        return [hit["id"] for hit in hits[0]]

    return search
