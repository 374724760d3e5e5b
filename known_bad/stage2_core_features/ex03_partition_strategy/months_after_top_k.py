"""Everything is searched, and the tickets of other months are thrown away afterwards.

rejected by: searches_the_months_wanted
because: filters_after_top_k
on: lite, server
"""


def search_months(client, name, vector, months, limit):
    wanted = _months(client, name) if months is None else months
    found = client.search(name, [vector.tolist()], limit=limit, output_fields=["month"])[0]
    return [(hit["id"], hit["distance"]) for hit in found if hit["entity"]["month"] in wanted]
