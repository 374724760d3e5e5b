"""The partition key is there, so Milvus will know whose documents are meant; it doesn't.

rejected by: tenant_finds_only_its_own
because: foreign_rows
on: lite, server
"""


def search_tenant(client, name, tenant, vector, limit):
    found = client.search(name, [vector.tolist()], limit=limit)[0]
    return [(hit["id"], hit["distance"]) for hit in found]
