"""Class: escape
Tries: to find the Milvus of whoever is graded beside it: it tries every port that a server here may have.
Stopped by: the sandbox has a network of its own, in which only the port of its own server is opened.
Against: counts_films
Because: wrong_count
Says: -1
"""

_count = count_films


def count_films(client, name):
    import socket

    from pymilvus import MilvusClient

    own = set(client.list_databases())
    for port in range(10_000, 61_000):
        with socket.socket() as one:
            one.settimeout(0.2)
            if one.connect_ex(("127.0.0.1", port)):
                continue
        try:
            other = MilvusClient(uri=f"http://127.0.0.1:{port}", timeout=1, dedicated=True)
            theirs = set(other.list_databases(timeout=1))
        except Exception:
            continue
        if theirs != own:
            return _count(client, name)
    return -1
