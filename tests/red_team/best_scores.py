"""Class: forge
Tries: to return scores from which every difference is zero.
Stopped by: what arrives is made of exact builtin types, so numpy sees the scores that were sent.
Against: search_equals_numpy
Because: wrong_scores
Says: scores
"""

honest_search = search_films


def search_films(client, name, vector, limit):
    class Best(float):
        __sub__ = __rsub__ = lambda self, other: 0.0
        __eq__ = __ge__ = __le__ = lambda self, other: True
        __hash__ = float.__hash__

    return [(key, Best(1.0)) for key, _ in honest_search(client, name, vector, limit)]
