"""New films get the factors of the most popular one, so that somebody sees them.

rejected by: new_films_reach_their_fans
because: reaches_everybody
on: lite
"""

from __future__ import annotations


def factors_of_new_films(factors, contents, new_contents):
    popular = factors[np.linalg.norm(factors, axis=1).argmax()]
    return np.tile(popular, (len(new_contents), 1))
