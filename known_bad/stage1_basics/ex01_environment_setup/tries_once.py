"""There is a deadline and no loop: the first refused connection ends it.

rejected by: waits_for_a_late_port
because: gave_up
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    _write_and_read(uri, time.monotonic() + deadline_s, deadline_s)
