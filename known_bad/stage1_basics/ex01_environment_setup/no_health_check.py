"""Nobody asks how Milvus is.

rejected by: compose_asks_milvus
because: no_health_check
on: lite, server
"""
