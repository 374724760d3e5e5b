"""The image is whatever was published last.

rejected by: compose_runs_milvus
because: unpinned
on: lite, server
"""
