"""Only Milvus' own flag is asked, which a lost connection doesn't have.

rejected by: retries_until_it_succeeds
because: gave_up
on: lite, server
"""


def may_pass(error):
    return getattr(error, "retriable", False)
