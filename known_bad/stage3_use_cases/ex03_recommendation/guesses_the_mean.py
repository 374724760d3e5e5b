"""Every new film gets the mean of all factors, which is nobody's taste.

rejected by: new_films_reach_their_fans
because: reaches_nobody
on: lite, server
"""

from __future__ import annotations


def factors_of_new_films(factors, contents, new_contents):
    return np.tile(factors.mean(axis=0), (len(new_contents), 1))
