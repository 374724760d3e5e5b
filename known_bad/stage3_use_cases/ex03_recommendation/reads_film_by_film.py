"""The content of each film that was seen is read by itself.

rejected by: asks_once
because: one_by_one
on: lite
"""

from __future__ import annotations


def _mean_content(client, name, films):
    rows = [client.get(name, [film], output_fields=["vector"])[0] for film in films]
    return np.mean([row["vector"][FACTORS:] for row in rows], axis=0)
