"""The truth begins with the warm-up, what was found after it: each answer is compared with another query's.

rejected by: sweeps
because: shifted_truth
on: lite, server
"""

_sweep = sweep


def sweep(connect, queries, truth, settings, workers, warm_up):
    shifted = np.concatenate([truth[:warm_up], truth[: len(truth) - warm_up]])
    return _sweep(connect, queries, shifted, settings, workers, warm_up)
