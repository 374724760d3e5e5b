"""insert where upsert was asked for; milvus-lite treats both alike, a server keeps both rows.

rejected by: upsert_keeps_one_row_a_key
because: upsert_grew
on: server
"""


def upsert_films(client, name, films):
    return client.insert(name, films)["insert_count"]
