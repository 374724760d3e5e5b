"""What was found stands in the order in which the answers came.

rejected by: sends_each_query_once
because: found_out_of_order
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    came = []

    def noting():
        search = connect()

        def noted(query):
            ids = search(query)
            came.append(ids)
            return ids

        return noted

    run = _closed_loop(noting, queries, workers, warm_up)
    return Run(run.latencies_s, run.failed, run.seconds, came[warm_up:])
