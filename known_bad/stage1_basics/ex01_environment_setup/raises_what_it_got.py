"""After the deadline it raises the last error as it came: its caller waits for a TimeoutError.

rejected by: gives_up_on_a_closed_port
because: wrong_error
on: lite, server
"""

_wait = wait_until_ready


def wait_until_ready(uri, deadline_s):
    try:
        _wait(uri, deadline_s)
    except TimeoutError as error:
        raise error.__cause__ from None
