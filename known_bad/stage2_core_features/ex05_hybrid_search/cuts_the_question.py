"""Questions are cut to three words, which was long enough for a search box.

rejected by: answers_judged_questions
because: worse_than_fusing
on: lite
"""

from __future__ import annotations


def search_hybrid(client, name, question, vector, limit, category=None):
    requests = _requests(" ".join(question.split()[:3]), vector, category)
    return _scored(client.hybrid_search(name, requests, RRFRanker(K), limit=limit)[0])
