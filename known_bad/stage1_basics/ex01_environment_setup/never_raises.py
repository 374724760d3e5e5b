"""The loop ends when Milvus is there, and only then.

rejected by: gives_up_in_time
because: too_late
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    while True:
        try:
            return _write_and_read(uri, time.monotonic() + 5, 1)
        except (MilvusException, grpc.RpcError):
            time.sleep(POLL_S)
