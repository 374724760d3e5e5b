"""Each value is measured with a request for every single query.

rejected by: tunes_with_few_requests
because: one_query_a_request
on: lite, server
"""

_climb = tune


def tune(client, name, queries, truth, parameter, most, target):
    if len(queries) > 100:
        return _climb(client, name, queries, truth, parameter, most, target)
    value, k = truth.shape[1], truth.shape[1]
    while True:
        found = [search(client, name, query[None], k, {parameter: value})[0] for query in queries]
        if is_sure(np.array(recalls([[key for key, _ in hits] for hits in found], truth)), target):
            return value
        value = round(value * 1.2)
