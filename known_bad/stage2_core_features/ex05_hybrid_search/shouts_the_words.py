"""Texts are stored in a form of their own, with the words run together.

rejected by: inserts_articles
because: words_not_found
on: lite
"""

from __future__ import annotations


def insert_articles(client, name, articles):
    stripped = [article | {"text": article["text"].replace(" ", "") + "x"} for article in articles]
    return int(client.insert(name, stripped)["insert_count"])
