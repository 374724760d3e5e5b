"""The first call isn't counted among the retries by the author, and the last one is dropped.

rejected by: retries_until_it_succeeds
because: gave_up
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(1, attempts):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if attempt == attempts - 1 or not may_pass(error):
                raise
        time.sleep(min(first_wait_s * 2 ** (attempt - 1), longest_wait_s) * random.uniform(0.5, 1))
