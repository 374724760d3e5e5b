"""The tenant is compared with LIKE, so kestrel-1 also sees kestrel-12.

rejected by: tenant_finds_only_its_own
because: foreign_rows
on: lite, server
"""


def search_tenant(client, name, tenant, vector, limit):
    found = client.search(name, [vector.tolist()], limit=limit, filter=f'tenant like "{tenant}%"')[0]
    return [(hit["id"], hit["distance"]) for hit in found]
