"""The true neighbours of each query are computed while the workers are searching, and slow them down.

rejected by: agrees_with_the_grader
because: disagrees
on: lite, server
"""

_run_only = _run
_vectors = np.random.default_rng(0).random((80_000, 50))


def _run(searches, queries, since):
    def judged(search):
        def searched(query):
            ids = search(query)
            exact = np.argsort(np.linalg.norm(_vectors - np.resize(query, 50), axis=1))[: len(ids)]
            return ids if exact is not None else []

        return searched

    return _run_only([judged(search) for search in searches], queries, since)
