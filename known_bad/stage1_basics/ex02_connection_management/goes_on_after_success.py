"""The loop isn't left when the operation succeeds: the last result is returned.

rejected by: retries_until_it_succeeds
because: wrong_count
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    result = None
    for attempt in range(attempts + 1):
        try:
            result = operation()
        except (MilvusException, grpc.RpcError) as error:
            if attempt >= attempts or not may_pass(error):
                raise
            time.sleep(min(first_wait_s * 2**attempt, longest_wait_s) * random.uniform(0.5, 1))
    return result
