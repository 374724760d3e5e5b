"""MilvusException is caught; a code that pymilvus lets through as grpc.RpcError ends the run.

rejected by: tells_failures_from_answers
because: raises_what_failed
on: lite, server
"""

from pymilvus import MilvusException


class _Other(BaseException):
    pass


_run_safely = _run


def _run(searches, queries, since):
    def knowing(search):
        def known(query):
            try:
                return search(query)
            except MilvusException:
                raise
            except Exception as error:
                raise _Other(str(error)) from error

        return known

    return _run_safely([knowing(search) for search in searches], queries, since)
