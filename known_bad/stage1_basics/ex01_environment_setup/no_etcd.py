"""Milvus is told to use its own disk, and not where its etcd is.

rejected by: compose_runs_milvus
because: no_etcd
on: lite, server
"""
