"""A query brings all that match with their vectors, and numpy ranks them.

rejected by: asks_once
because: searched_by_query
on: lite, server
"""


def search_products(client, name, vector, expression, limit):
    rows = client.query(name, filter=expression, output_fields=["embedding"], limit=16_000)
    if not rows:
        return []
    vectors = np.array([row["embedding"] for row in rows])
    near = vectors @ vector / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vector)
    return [(rows[place]["id"], float(near[place])) for place in np.argsort(-near)[:limit]]
