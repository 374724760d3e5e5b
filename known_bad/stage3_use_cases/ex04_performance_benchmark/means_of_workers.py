"""One number for each worker, the mean of its latencies; percentiles are then taken of these.

rejected by: times_each_answer
because: not_one_latency_each
on: lite, server
"""

_closed_loop = closed_loop


def closed_loop(connect, queries, workers, warm_up):
    run = _closed_loop(connect, queries, workers, warm_up)
    means = [float(np.mean(run.latencies_s[worker::workers])) for worker in range(workers)]
    return Run(means, run.failed, run.seconds, run.found)
