"""Another right way through 1.3: Strong is a property of the collection, and filters do what keys do elsewhere.

Titles are fitted character by character, the search asks for its fields, and insert_unique looks for each key's film.
"""

from __future__ import annotations

from pymilvus import CollectionSchema, DataType, FieldSchema, MilvusClient

TITLE_BYTES = 60


def create_collection(client: MilvusClient, name, dim):
    fields = [
        FieldSchema("id", DataType.INT64, is_primary=True),
        FieldSchema("title", DataType.VARCHAR, max_length=TITLE_BYTES),
        FieldSchema("details", DataType.JSON),
        FieldSchema("embedding", DataType.FLOAT_VECTOR, dim=dim),
    ]
    schema = CollectionSchema(fields, enable_dynamic_field=True)
    client.create_collection(name, schema=schema, consistency_level="Strong")
    index = client.prepare_index_params("embedding", index_type="FLAT", metric_type="COSINE")
    client.create_index(name, index)
    client.load_collection(name)


def insert_films(client, name, films):
    batches = [films[start : start + 150] for start in range(0, len(films), 150)]
    return sum(
        client.insert(name, [{**f, "title": fit_title(f["title"])} for f in batch])["insert_count"] for batch in batches
    )


def insert_unique(client, name, films):
    count = 0
    seen = set()
    for film in films:
        if film["id"] not in seen and not client.query(name, filter=f"id == {film['id']}", output_fields=["id"]):
            count += insert_films(client, name, [film])
        seen.add(film["id"])
    return count


def count_films(client, name):
    return client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"]


def get_films(client, name, ids):
    return client.query(name, filter=f"id in {ids}", output_fields=["*"])


def query_films(client, name, expression, limit):
    return client.query(name, filter=expression, limit=limit, output_fields=["title", "details"])


def upsert_films(client, name, films):
    return client.upsert(name, films)["upsert_count"]


def delete_films(client, name, ids):
    client.delete(name, filter=f"id in {ids}")


def search_films(client, name, vector, limit):
    found = client.search(name, data=[vector], limit=limit, output_fields=["id", "title"])
    return [(hit["entity"]["id"], hit["distance"]) for hit in found[0]]


def fit_title(title):
    while len(title.encode()) > TITLE_BYTES:
        title = title[:-1]
    return title
