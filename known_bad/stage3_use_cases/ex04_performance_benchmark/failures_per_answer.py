"""The failures are divided by the answers, so that there can be more than all of them.

rejected by: counts_answers_only
because: wrong_failed_share
on: lite, server
"""

_summarise = summarise


def summarise(latencies_s, failed, seconds):
    share = failed / len(latencies_s) if latencies_s else float(failed > 0)
    return _summarise(latencies_s, failed, seconds) | {"failed_share": share}
