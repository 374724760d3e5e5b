"""The client has no timeout of its own: it waits ten seconds for a port that says nothing.

rejected by: gives_up_in_time
because: too_late
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        try:
            MilvusClient(uri).close()
            return _write_and_read(uri, deadline, deadline_s / 5)
        except (MilvusException, grpc.RpcError):
            time.sleep(POLL_S)
    raise TimeoutError(uri)
