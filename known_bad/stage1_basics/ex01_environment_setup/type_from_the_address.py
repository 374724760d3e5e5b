"""get_server_type() compares the address with the names of a cloud; no server is asked.

rejected by: reports_the_server
because: wrong_type
on: lite, server
"""

_report = server_report


def server_report(uri):
    return _report(uri) | {"type": MilvusClient(uri, timeout=3).get_server_type()}
