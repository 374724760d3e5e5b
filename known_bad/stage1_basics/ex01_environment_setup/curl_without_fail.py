"""curl takes HTTP 500 for an answer like any other.

rejected by: compose_asks_milvus
because: takes_any_answer
on: lite, server
"""
