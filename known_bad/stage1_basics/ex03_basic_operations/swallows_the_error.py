"""Errors are caught so that the program goes on; the caller believes that the films are there.

rejected by: refuses_wrong_dimension
because: error_swallowed
on: lite, server
"""

_insert = insert_films


def insert_films(client, name, films):
    try:
        return _insert(client, name, films)
    except Exception:
        return 0
