"""Class: forge
Tries: to insert row by row where nobody counts: not through the client that was given, but through another one that
this process has, or with a patched gRPC.
Stopped by: the rows themselves have to come by, not only few requests.
Against: inserts_in_batches
Because: went_around
Says: insert
"""

honest_insert = insert_films


def insert_films(client, name, films):
    import gc

    from pymilvus import MilvusClient

    others = [o for o in gc.get_objects() if isinstance(o, MilvusClient) and o is not client]
    if not others:
        return honest_insert(client, name, films)
    for film in films:
        others[0].insert(name, [film])
    return len(films)
