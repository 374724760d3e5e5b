"""Ten passages, the default of a search, though there would be room for more.

rejected by: gathers_passages
because: wrong_passages
on: lite, server
"""

from __future__ import annotations


def passages(client, name, question, words):
    found, room = [], words
    for hit in _chunks(client, name, embed([question]), 10, ["document", "text"]):
        document, text = hit["entity"]["document"], hit["entity"]["text"]
        room -= len(text.split())
        if room < 0:
            break
        found.append((document, text))
    return found
