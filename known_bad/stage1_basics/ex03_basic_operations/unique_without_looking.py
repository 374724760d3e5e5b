"""A plain insert; Milvus would complain about keys that exist, wouldn't it?

rejected by: inserts_each_key_once
because: duplicate_keys
on: server
"""


def insert_unique(client, name, films):
    return insert_films(client, name, films)
