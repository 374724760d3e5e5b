"""New films get zeros until somebody watches them, which nobody does.

rejected by: new_films_reach_their_fans
because: reaches_nobody
on: lite
"""

from __future__ import annotations


def factors_of_new_films(factors, contents, new_contents):
    return np.zeros((len(new_contents), FACTORS), dtype=np.float32)
