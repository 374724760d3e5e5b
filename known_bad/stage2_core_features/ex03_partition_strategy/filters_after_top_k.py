"""The nearest documents of everybody are fetched, and those of the tenant are picked out in Python.

rejected by: tenant_finds_only_its_own
because: filters_after_top_k
on: lite, server
"""


def search_tenant(client, name, tenant, vector, limit):
    found = client.search(name, [vector.tolist()], limit=limit, output_fields=["tenant"])[0]
    return [(hit["id"], hit["distance"]) for hit in found if hit["entity"]["tenant"] == tenant]
