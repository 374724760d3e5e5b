"""Five attempts, a moment between them: where connections are refused at once that is half a second.

rejected by: gives_up_in_time
because: too_early
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    for _ in range(5):
        try:
            return _write_and_read(uri, time.monotonic() + deadline_s, deadline_s / 5)
        except (MilvusException, grpc.RpcError):
            time.sleep(0.05)
    raise TimeoutError(uri)
