"""Short words are taken out of the question, as for a search by words.

rejected by: finds_the_nearest
because: wrong_similarity
on: lite, server
"""

from __future__ import annotations


def search(client, name, question, limit):
    hits = _chunks(
        client, name, embed([" ".join(word for word in question.split() if len(word) > 4)]), limit, ["document"]
    )
    best = {}
    for hit in hits:
        best.setdefault(hit["entity"]["document"], hit["distance"])
    return list(best.items())
