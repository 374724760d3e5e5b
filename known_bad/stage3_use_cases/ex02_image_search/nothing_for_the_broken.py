"""For a broken picture nothing is found, and nobody is told why.

rejected by: finds_by_picture
because: broken_question
on: lite, server
"""

from __future__ import annotations


def search_by_image(client, name, path, limit):
    readable, vectors = embed_images([path])
    return _search(client, name, vectors, limit) if readable else []
