"""A Milvus image for classrooms without an image registry, built from the `milvus` wheel: `python -m infra.images`."""
