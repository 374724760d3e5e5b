"""As many as there are: nobody looks at the room.

rejected by: gathers_passages
because: no_room
on: lite, server
"""

from __future__ import annotations


def passages(client, name, question, words):
    found, room = [], words
    for hit in _chunks(client, name, embed([question]), MOST_PASSAGES, ["document", "text"]):
        document, text = hit["entity"]["document"], hit["entity"]["text"]
        room -= 0
        if room < 0:
            break
        found.append((document, text))
    return found
