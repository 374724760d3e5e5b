"""The operation is called, and what it returns isn't returned.

rejected by: retries_until_it_succeeds
because: result_lost
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(attempts):
        try:
            operation()
            break
        except (MilvusException, grpc.RpcError) as error:
            if attempt == attempts - 1 or not may_pass(error):
                raise
        time.sleep(min(first_wait_s * 2**attempt, longest_wait_s) * random.uniform(0.5, 1))
