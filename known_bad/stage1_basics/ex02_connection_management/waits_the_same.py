"""The wait is the same after each failure.

rejected by: waits_longer_each_time
because: constant_gaps
on: lite, server
"""


def with_retry(operation, attempts=5, first_wait_s=0.1, longest_wait_s=2.0):
    for attempt in range(attempts):
        try:
            return operation()
        except (MilvusException, grpc.RpcError) as error:
            if attempt == attempts - 1 or not may_pass(error):
                raise
        time.sleep(first_wait_s * random.uniform(0.5, 1))
