"""When the deadline has passed it returns, and its caller believes that Milvus is there.

rejected by: gives_up_in_time
because: ready_on_a_closed_port
on: lite, server
"""

_wait = wait_until_ready


def wait_until_ready(uri, deadline_s):
    try:
        _wait(uri, deadline_s)
    except TimeoutError:
        print("Milvus isn't ready")
