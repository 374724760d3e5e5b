"""A key is misspelt: compose refuses the whole file.

rejected by: compose_runs_milvus
because: compose_refuses
on: lite, server
"""
