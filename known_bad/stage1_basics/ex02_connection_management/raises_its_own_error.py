"""The server's error is replaced by one that says how often it was tried, and nothing else.

rejected by: gives_up_with_the_last_error
because: another_error
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(attempts):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if not may_pass(error):
                raise
        time.sleep(min(first_wait_s * 2**attempt, longest_wait_s) * random.uniform(0.5, 1))
    raise RuntimeError(f"failed {attempts} times")
