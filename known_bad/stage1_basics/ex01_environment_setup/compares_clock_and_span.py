"""The clock is compared with the number of seconds, not with a moment: the loop never runs.

rejected by: sees_a_ready_server
because: gave_up
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    while time.time() < deadline_s:
        try:
            return _write_and_read(uri, time.monotonic() + 1, 1)
        except (MilvusException, grpc.RpcError):
            time.sleep(POLL_S)
    raise TimeoutError(uri)
