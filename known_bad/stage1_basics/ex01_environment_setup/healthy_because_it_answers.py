"""A server that tells its version is called healthy.

rejected by: reports_trouble
because: healthy_in_trouble
on: lite, server
"""

_report = server_report


def server_report(uri):
    report = _report(uri)
    return report | ({"healthy": True, "reasons": []} if report["version"] else {})
