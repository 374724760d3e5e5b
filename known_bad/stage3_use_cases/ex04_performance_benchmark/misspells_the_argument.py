"""search_param instead of search_params: pymilvus takes any keyword.

rejected by: connects_once
because: params_ignored
on: lite, server
"""


def connect(uri, database, name, k, params):
    client = MilvusClient(uri, db_name=database, dedicated=True)

    def search(vector):
        hits = client.search(name, [vector], limit=k, search_param={"params": params}, retry_times=0)
        return [hit["id"] for hit in hits[0]]

    return search
