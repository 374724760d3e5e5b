"""insert() instead of upsert(): on a server the key is there twice.

rejected by: replaces_what_is_there
because: indexed_twice
on: server
"""

from __future__ import annotations


def add_images(client, name, paths):
    readable, vectors = embed_images(paths)
    if readable:
        client.insert(name, [{"path": path, "vector": v} for path, v in zip(readable, vectors, strict=True)])
    return sorted(set(paths) - set(readable))
