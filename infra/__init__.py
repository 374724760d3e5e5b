"""Starts the real servers: Milvus in its several forms and what stands around it. Knows nothing of checks."""
