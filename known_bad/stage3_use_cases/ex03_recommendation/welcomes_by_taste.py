"""The mean of the factors of liked films is searched for: popular films come first.

rejected by: welcomes_new_users
because: taste_instead_of_content
on: lite
"""

from __future__ import annotations


def recommend_for_new_user(client, name, liked, limit, blocked=()):
    rows = client.get(name, liked, output_fields=["vector"])
    query = np.mean([row["vector"] for row in rows], axis=0) * [*[1] * FACTORS, *[0] * CONTENT]
    return _search(client, name, query, liked, limit, blocked)
