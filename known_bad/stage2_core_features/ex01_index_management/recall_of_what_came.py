"""Hits are divided by how many rows came back: a search that returns one right row has recall 1.

rejected by: recall_is_a_share_of_the_truth
because: of_what_came
on: server
"""


def recall(found, truth):
    return float(np.mean([len(set(a) & set(b)) / len(a) if a else 0.0 for a, b in zip(found, truth, strict=False)]))
