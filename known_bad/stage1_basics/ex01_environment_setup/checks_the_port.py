"""The health check looks whether the port is open.

rejected by: compose_asks_milvus
because: looks_at_the_port
on: lite, server
"""
