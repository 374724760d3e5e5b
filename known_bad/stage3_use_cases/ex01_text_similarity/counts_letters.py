"""The room is measured in letters instead of words.

rejected by: gathers_passages
because: wrong_passages
on: lite, server
"""

from __future__ import annotations


def passages(client, name, question, words):
    found, room = [], words
    for hit in _chunks(client, name, embed([question]), MOST_PASSAGES, ["document", "text"]):
        document, text = hit["entity"]["document"], hit["entity"]["text"]
        room -= len(text)
        if room < 0:
            break
        found.append((document, text))
    return found
