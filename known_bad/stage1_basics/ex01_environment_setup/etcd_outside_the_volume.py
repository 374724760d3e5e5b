"""The rows are on the volume, and etcd writes beside it.

rejected by: compose_keeps_data
because: etcd_outside
on: lite, server
"""
