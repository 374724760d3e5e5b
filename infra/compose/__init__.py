"""Milvus as people run it with Docker Compose: `nox -s up` and `nox -s down`."""
