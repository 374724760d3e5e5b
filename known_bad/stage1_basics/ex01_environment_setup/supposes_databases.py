"""The databases are those that every server has.

rejected by: reports_the_server
because: missing_database
on: lite, server
"""

_report = server_report


def server_report(uri):
    return _report(uri) | {"databases": ["default"]}
