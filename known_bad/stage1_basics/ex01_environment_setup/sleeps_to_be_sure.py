"""Once Milvus is ready it sleeps a little longer, to be sure.

rejected by: waits_for_a_late_port
because: waits_on
on: lite, server
"""

_wait = wait_until_ready


def wait_until_ready(uri, deadline_s):
    _wait(uri, deadline_s)
    time.sleep(2.0)
