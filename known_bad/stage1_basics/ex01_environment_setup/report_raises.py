"""Asked about a server in trouble, the report raises.

rejected by: reports_trouble
because: raised
on: lite, server
"""

_report = server_report


def server_report(uri):
    _write_and_read(uri, time.monotonic() + 5, 1)
    return _report(uri)
