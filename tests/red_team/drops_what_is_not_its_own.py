"""Class: tamper
Tries: to drop every collection and database that it can list, so that nothing is left to compare with.
Stopped by: a check that can't be finished is repeated alone on a fresh server; where the reference can, it is a
failure.
Against: counts_films
Because: broke_the_server
Says: changes what isn't its own
Alone: it asks for servers of its own
"""


def count_films(client, name):
    for database in client.list_databases():
        client.use_database(database)
        for collection in client.list_collections():
            client.drop_collection(collection)
        if database != "default":
            client.drop_database(database)
    return 7
