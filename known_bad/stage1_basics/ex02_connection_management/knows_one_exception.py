"""Only MilvusException is taken for a failure; pymilvus lets some codes through as grpc.RpcError.

rejected by: retries_until_it_succeeds
because: gave_up
on: lite, server
"""


def may_pass(error):
    return isinstance(error, MilvusException) and (error.retriable or error.code in TRANSIENT)
