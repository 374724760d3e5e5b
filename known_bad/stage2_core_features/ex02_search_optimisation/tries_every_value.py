"""Every value is tried, from the least to the largest, and then the first that was good is picked.

rejected by: tunes_with_few_requests
because: tries_every_value
on: lite, server
"""

_climb = tune


def tune(client, name, queries, truth, parameter, most, target):
    if len(queries) > 100:
        return _climb(client, name, queries, truth, parameter, most, target)
    good = []
    for value in range(truth.shape[1] if parameter == "ef" else 1, most + 1):
        found = search(client, name, queries, truth.shape[1], {parameter: value})
        if is_sure(np.array(recalls([[key for key, _ in hits] for hits in found], truth)), target):
            good.append(value)
    if not good:
        raise ValueError(parameter)
    return good[0]
