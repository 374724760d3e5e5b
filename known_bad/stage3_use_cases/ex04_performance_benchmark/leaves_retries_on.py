"""pymilvus sends a refused search again, up to 75 times: a failure becomes a slow answer.

rejected by: lets_failures_show
because: retries_hide_failures
on: lite, server
"""


def connect(uri, database, name, k, params):
    client = MilvusClient(uri, db_name=database, dedicated=True)

    def search(vector):
        hits = client.search(name, [vector], limit=k, search_params={"params": params})
        return [hit["id"] for hit in hits[0]]

    return search
