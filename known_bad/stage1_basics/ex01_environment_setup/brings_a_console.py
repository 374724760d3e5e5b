"""A web console is started beside Milvus, for everybody on this machine.

rejected by: compose_keeps_to_itself
because: needless_service
on: lite, server
"""
