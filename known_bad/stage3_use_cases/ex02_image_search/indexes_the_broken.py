"""A broken file is indexed with a vector of its name, so that nothing is missing.

rejected by: indexes_every_picture
because: broken_indexed
on: lite, server
"""

from __future__ import annotations

_add = add_images


def add_images(client, name, paths):
    broken = _add(client, name, paths)
    vectors = embed_texts(broken)
    client.upsert(name, [{"path": path, "vector": v} for path, v in zip(broken, vectors, strict=True)])
    return broken
