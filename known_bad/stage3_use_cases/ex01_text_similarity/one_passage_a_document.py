"""Of each document one passage is taken.

rejected by: gathers_passages
because: wrong_passages
on: lite, server
"""

from __future__ import annotations


def passages(client, name, question, words):
    found, room = {}, words
    for hit in _chunks(client, name, embed([question]), MOST_PASSAGES, ["document", "text"]):
        document, text = hit["entity"]["document"], hit["entity"]["text"]
        if document in found:
            continue
        room -= len(text.split())
        if room < 0:
            break
        found[document] = text
    return list(found.items())
