"""Every exception is tried again, also the ones that the caller has caused.

rejected by: retries_only_what_may_pass
because: retried_in_vain
on: lite, server
"""


def may_pass(error):
    return True
