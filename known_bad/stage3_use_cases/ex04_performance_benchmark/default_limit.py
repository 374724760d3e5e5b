"""k isn't passed on: pymilvus asks for ten.

rejected by: connects_once
because: wrong_k
on: lite, server
"""


def connect(uri, database, name, k, params):
    client = MilvusClient(uri, db_name=database, dedicated=True)

    def search(vector):
        hits = client.search(name, [vector], search_params={"params": params}, retry_times=0)
        return [hit["id"] for hit in hits[0]][:k]

    return search
