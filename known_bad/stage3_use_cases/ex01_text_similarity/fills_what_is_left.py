"""The last passage is cut so that it fits.

rejected by: gathers_passages
because: not_passages
on: lite, server
"""

from __future__ import annotations


def passages(client, name, question, words):
    found, room = [], words
    for hit in _chunks(client, name, embed([question]), MOST_PASSAGES, ["document", "text"]):
        document, text = hit["entity"]["document"], hit["entity"]["text"]
        room -= len(text.split())
        if room < 0:
            text = " ".join(text.split()[:room])
        found.append((document, text))
    return found
