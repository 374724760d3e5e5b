"""The version comes from the details, where milvus-lite says only its name.

rejected by: reports_the_server
because: wrong_version
on: lite
"""

_report = server_report


def server_report(uri):
    return _report(uri) | {"version": MilvusClient(uri, timeout=3).get_server_version(detail=True)["version"]}
