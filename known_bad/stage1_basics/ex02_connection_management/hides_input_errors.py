"""What won't pass ends the loop, and with it the error.

rejected by: retries_only_what_may_pass
because: error_swallowed
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(attempts):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if not may_pass(error):
                return []
            if attempt == attempts - 1:
                raise
        time.sleep(min(first_wait_s * 2**attempt, longest_wait_s) * random.uniform(0.5, 1))
