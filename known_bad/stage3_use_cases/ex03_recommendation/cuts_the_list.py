"""The first hits are returned, however alike they are.

rejected by: diversifies
because: ignores_variety
on: lite
"""

from __future__ import annotations


def diversify(hits, contents, limit, variety):
    return [key for key, _ in hits[:limit]]
