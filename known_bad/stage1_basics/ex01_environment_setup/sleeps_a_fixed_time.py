"""It sleeps for as long as Milvus took to start last time, and asks nothing.

rejected by: sees_a_ready_server
because: asks_nothing
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    time.sleep(min(2.0, deadline_s))
