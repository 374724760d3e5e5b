"""One query, sent as often as there are queries: after the first time it is answered from a cache.

rejected by: sends_each_query_once
because: sent_again
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    return _closed_loop(connect, np.broadcast_to(queries[:1], queries.shape), workers, warm_up)
