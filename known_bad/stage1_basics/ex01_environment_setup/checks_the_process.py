"""The health check looks whether the process is there.

rejected by: compose_asks_milvus
because: asks_nobody
on: lite, server
"""
