"""Recall is measured against the nearest by Euclidean distance, and the indexes compare by cosine.

rejected by: compares_what_is_there
because: euclidean_truth
on: server
"""


def _nearest(vectors, queries, k):
    distances = ((queries[:, None] - vectors) ** 2).sum(axis=2)
    return np.argsort(distances, axis=1)[:, :k].tolist()
