"""A tenant's documents are queried and ranked in Python; the query brings the first thousand.

rejected by: big_tenant_finds_its_own
because: misses_neighbours
on: lite, server
"""


def search_tenant(client, name, tenant, vector, limit):
    rows = client.query(name, filter=f'tenant == "{tenant}"', output_fields=["embedding"], limit=1000)
    unit = vector / np.linalg.norm(vector)
    scored = [(row["id"], float(unit @ row["embedding"] / np.linalg.norm(row["embedding"]))) for row in rows]
    return sorted(scored, key=lambda hit: -hit[1])[:limit]
