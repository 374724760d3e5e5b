"""The health check ends with `|| true`.

rejected by: compose_asks_milvus
because: always_healthy
on: lite, server
"""
