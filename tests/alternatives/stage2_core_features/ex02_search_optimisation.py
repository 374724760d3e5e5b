"""Another right way through 2.2: a bootstrap instead of a formula, an interval that is halved, bounds by comparison.

Parameters stand flat in the search request, offsets too, and a front is what remains when each is held against each.
"""

from __future__ import annotations

import numpy as np

RESAMPLES = 500
EF = 640


def recalls(found, truth):
    shares = [np.isin(true, ids).mean() if len(ids) else 0.0 for ids, true in zip(found, truth, strict=True)]
    return np.array(shares)


def search(client, name, vectors, k, params):
    found = client.search(collection_name=name, data=list(vectors), anns_field="vector", limit=k, search_params=params)
    return [[(hit["id"], hit["distance"]) for hit in hits] for hits in found]


def is_sure(recalls, target):
    draws = np.random.default_rng(7).integers(0, len(recalls), (RESAMPLES, len(recalls)))
    return np.quantile(recalls[draws].mean(axis=1), 0.04) >= target


def tune(client, name, queries, truth, parameter, most, target):
    k = truth.shape[1]

    def reaches(value):
        found = search(client, name, queries, k, {parameter: value})
        return is_sure(recalls([[key for key, _ in hits] for hits in found], truth), target)

    if not reaches(most):
        raise ValueError(f"{parameter}={most} doesn't reach {target}")
    below, above = (k if parameter == "ef" else 1) - 1, most
    while above - below > 1:
        middle = (below + above) // 2
        if reaches(middle):
            above = middle
        else:
            below = middle
    return above


def pareto_front(points):
    def beaten(point):
        return any(o[1] <= point[1] and o[2] >= point[2] and (o[1], o[2]) != (point[1], point[2]) for o in points)

    front = {(cost, recall): (name, cost, recall) for name, cost, recall in points if not beaten((name, cost, recall))}
    return sorted(front.values(), key=lambda point: point[1])


def within(client, name, vector, low, high):
    index = client.describe_index(collection_name=name, index_name=client.list_indexes(name, "vector")[0])
    params = {"metric_type": index["metric_type"], "params": {"radius": low, "range_filter": high}}
    if index["metric_type"] == "L2":
        params["params"] = {"radius": high, "range_filter": low}
    hits = client.search(name, data=[vector], limit=16_384, search_params=params)[0]
    return [(hit["id"], hit["distance"]) for hit in hits]


def page(client, name, vector, number, size):
    hits = client.search(
        name, [vector], limit=size, search_params={"offset": size * (number - 1), "params": {"ef": EF}}
    )
    return [(hit["id"], hit["distance"]) for hit in hits[0]]
