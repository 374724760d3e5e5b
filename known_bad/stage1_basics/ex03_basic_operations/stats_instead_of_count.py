"""get_collection_stats() is quick, and knows only what has been flushed.

rejected by: counts_films
because: stats_instead_of_count
on: server
"""


def count_films(client, name):
    return client.get_collection_stats(name)["row_count"]
