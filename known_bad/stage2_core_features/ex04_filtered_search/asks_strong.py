"""Each search waits for the newest write, which a catalogue does not need.

rejected by: is_as_fast_as_the_reference
because: too_slow
on: server
"""


def search_products(client, name, vector, expression, limit):
    hits = client.search(name, [vector.tolist()], filter=expression, limit=limit, consistency_level="Strong")[0]
    return [(hit["id"], hit["distance"]) for hit in hits]
