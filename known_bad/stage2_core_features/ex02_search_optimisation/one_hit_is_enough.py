"""A query is a success when one of its ten neighbours was found; that is a hit rate, and no recall.

rejected by: finds_the_cheapest_ef
because: misses_the_target
on: lite, server
"""


def tune(client, name, queries, truth, parameter, most, target):
    for value in range(truth.shape[1], most + 1, 2):
        found = search(client, name, queries, truth.shape[1], {parameter: value})
        hits = [not dict(answer).keys().isdisjoint(true) for answer, true in zip(found, truth.tolist(), strict=True)]
        if np.mean(hits) >= target:
            return value
    raise ValueError(parameter)
