"""Everything that Milvus returns at once is fetched, to be sure that the filter in Python leaves enough.

rejected by: milvus_does_the_choosing
because: over_fetches
on: lite, server
"""


def search_tenant(client, name, tenant, vector, limit):
    found = client.search(name, [vector.tolist()], limit=16_384, output_fields=["tenant"])[0]
    return [(hit["id"], hit["distance"]) for hit in found if hit["entity"]["tenant"] == tenant][:limit]
