"""It waits until the port accepts a connection.

rejected by: gives_up_in_time
because: trusts_the_port
on: lite, server
"""


def wait_until_ready(uri, deadline_s):
    import socket
    from urllib.parse import urlsplit

    parts, deadline = urlsplit(uri), time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        try:
            socket.create_connection((parts.hostname, parts.port), timeout=1).close()
            return
        except OSError:
            time.sleep(POLL_S)
    raise TimeoutError(uri)
