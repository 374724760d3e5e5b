"""All who failed together come back together.

rejected by: waits_differ
because: no_jitter
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(attempts):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if attempt == attempts - 1 or not may_pass(error):
                raise
        time.sleep(min(first_wait_s * 2**attempt, longest_wait_s))
