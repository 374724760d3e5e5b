"""New films get the factors of the most popular one, doubled, so that somebody sees them: everybody does.

rejected by: new_films_reach_their_fans
because: reaches_everybody
on: lite, server
"""

from __future__ import annotations


def factors_of_new_films(factors, contents, new_contents):
    popular = factors[np.linalg.norm(factors, axis=1).argmax()]
    return np.tile(2 * popular, (len(new_contents), 1))
