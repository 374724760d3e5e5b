"""The picture is looked for by the name of its file.

rejected by: finds_by_picture
because: wrong_similarity
on: lite, server
"""

from __future__ import annotations


def search_by_image(client, name, path, limit):
    if _open(path) is None:
        raise ValueError(path)
    return search_by_text(client, name, path.rsplit("/", 1)[-1], limit)
