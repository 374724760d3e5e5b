"""Pictures are added fifty at a time, and a batch with a broken file is left out.

rejected by: indexes_every_picture
because: not_indexed
on: lite, server
"""

from __future__ import annotations


def add_images(client, name, paths):
    skipped = []
    for start in range(0, len(paths), 50):
        batch = paths[start : start + 50]
        readable, vectors = embed_images(batch)
        if len(readable) < len(batch):
            skipped += [path for path in batch if path not in readable]
            continue
        client.upsert(name, [{"path": path, "vector": v} for path, v in zip(readable, vectors, strict=True)])
    return skipped
