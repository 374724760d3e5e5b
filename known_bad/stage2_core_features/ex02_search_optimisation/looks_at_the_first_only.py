"""A query is a success when its nearest neighbour was found; the other nine aren't looked at.

rejected by: finds_the_cheapest_ef
because: misses_the_target
on: lite, server
"""


def tune(client, name, queries, truth, parameter, most, target):
    for value in range(truth.shape[1], most + 1, 2):
        found = search(client, name, queries, truth.shape[1], {parameter: value})
        if np.mean([true[0] in dict(hits) for hits, true in zip(found, truth.tolist(), strict=True)]) >= target:
            return value
    raise ValueError(parameter)
