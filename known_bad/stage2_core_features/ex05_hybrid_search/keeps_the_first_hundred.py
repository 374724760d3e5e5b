"""Only the first batch is inserted: the loop returns too early.

rejected by: inserts_articles
because: lost_rows
on: lite
"""

from __future__ import annotations


def insert_articles(client, name, articles):
    for start in range(0, len(articles), 100):
        return int(client.insert(name, articles[start : start + 100])["insert_count"])
