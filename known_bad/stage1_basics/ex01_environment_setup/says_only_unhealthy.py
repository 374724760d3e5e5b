"""The report says that something is wrong, and not what.

rejected by: reports_trouble
because: vague_reason
on: lite, server
"""

_report = server_report


def server_report(uri):
    report = _report(uri)
    return report if report["healthy"] else report | {"reasons": ["the server isn't healthy"]}
