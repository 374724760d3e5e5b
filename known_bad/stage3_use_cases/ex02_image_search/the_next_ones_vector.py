"""Paths and vectors are one place apart: each picture gets the vector of the one before.

rejected by: indexes_every_picture
because: wrong_order
on: lite, server
"""

from __future__ import annotations


def add_images(client, name, paths):
    readable, vectors = embed_images(paths)
    vectors = np.roll(vectors, 1, axis=0)
    client.upsert(name, [{"path": path, "vector": v} for path, v in zip(readable, vectors, strict=True)])
    return sorted(set(paths) - set(readable))
