"""After the deadline it raises the last error as it came: its caller waits for a TimeoutError.

rejected by: gives_up_in_time
because: wrong_error
on: lite, server
"""

_wait = wait_until_ready


def wait_until_ready(uri, deadline_s):
    try:
        _wait(uri, deadline_s)
    except TimeoutError as error:
        raise error.__cause__ from None
