"""With nprobe = nlist nothing can be missed; that this is a full scan doesn't show in a test.

rejected by: finds_the_cheapest_nprobe
because: takes_the_maximum
on: lite, server
"""

_tune_ef = tune


def tune(client, name, queries, truth, parameter, most, target):
    if parameter == "nprobe":
        return most
    return _tune_ef(client, name, queries, truth, parameter, most, target)
