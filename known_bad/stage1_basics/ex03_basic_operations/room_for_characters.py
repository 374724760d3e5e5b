"""The title field has room for 60 characters of three bytes: the length was taken for characters.

rejected by: creates_the_collection
because: wrong_length
on: lite, server
"""

_create = create_collection


def create_collection(client, name, dim):
    global TITLE_BYTES
    TITLE_BYTES = 180
    _create(client, name, dim)
