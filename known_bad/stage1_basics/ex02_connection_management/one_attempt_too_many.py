"""`attempts` is taken for the number of retries, after the first call.

rejected by: gives_up_with_the_last_error
because: wrong_number_of_attempts
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(attempts + 1):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if attempt == attempts or not may_pass(error):
                raise
        time.sleep(min(first_wait_s * 2**attempt, longest_wait_s) * random.uniform(0.5, 1))
