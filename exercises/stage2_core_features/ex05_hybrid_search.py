"""2.5 Hybrid search: find what was said, and what was meant.

Goal
    Search articles in two ways at once: by their words (BM25, a sparse vector that Milvus makes from the text) and by
    their meaning (a dense vector of a language model), and fuse both lists into one.

Why it matters
    A model of meaning has never seen your part numbers, error codes and surnames: ask it for "E-4711" and it returns
    something about errors. BM25 finds the article at once, and in turn doesn't know that "laptop" and "notebook" are
    the same thing. Production search wants both. Where they are fused, the mistakes are quiet. Two lists put one behind
    the other look like a result. A filter that stands in one of two requests lets foreign rows in through the other.
    Scores of BM25 (0 to 30 or so) added to cosines (-1 to 1) are BM25 with a little noise.

What is measured
    A real Milvus with fresh articles. The checks search by words and by meaning with a client of their own, compute the
    fused scores from those two lists, and hold yours against them to 1e-5. There is an article that only BM25 can find
    and one that only the vector can find. Real questions with known answers say what fusing is worth (nDCG@10); the
    table in the report shows that it isn't always better than the better of the two. Requests are counted, and last of
    all your search is timed against the reference.
    The Milvus 2.3.5 server has neither BM25 nor hybrid search; there this exercise is graded on milvus-lite.

Each article is a dict such as

    {"id": 7, "text": "the pump of unit E-4711 …", "category": "manuals", "meaning": [0.1, …]}

Grade it:      nox -s stage2 -- 2.5
Look at it:    nox -s play -- 2.5
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient  # noqa: F401 - you will need them

K = 60
"""The constant of reciprocal rank fusion: an article at rank r of a list gets 1 / (K + r) for it."""
CANDIDATES = 50
"""How many articles each of the two searches hands to the fusion, however few are asked for in the end."""


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    """Create the collection of articles, ready to be searched.

    Fields: `id` (INT64, the primary key), `text` (VARCHAR of 4096 bytes, with an analyzer that takes it apart into
    words), `category` (VARCHAR), `meaning` (FLOAT_VECTOR of `dim` numbers, compared by COSINE), and `words`
    (SPARSE_FLOAT_VECTOR): the output of a BM25 function whose input is `text`, with an index of the metric BM25.

    Args:
        client: an open client.
        name: name of the new collection.
        dim: length of each `meaning`.
    """
    # TODO: add_field(…, enable_analyzer=True), schema.add_function(Function(…)), and an index for each of two fields
    raise NotImplementedError


def insert_articles(client: MilvusClient, name: str, articles: list[dict[str, Any]]) -> int:
    """Insert articles as they are. They bring no `words`: those Milvus makes.

    Returns:
        How many were inserted.
    """
    # TODO
    raise NotImplementedError


def search_words(client: MilvusClient, name: str, question: str, limit: int, category: str | None = None) -> list[int]:
    """Find articles by the words of a question (BM25).

    Args:
        client: an open client.
        name: name of the collection.
        question: plain text: Milvus takes it apart as it does the articles.
        limit: how many articles.
        category: where given, only articles of this category. Categories are your application's own words.

    Returns:
        Keys, the best first. Fewer than `limit` where fewer share a word with the question.
    """
    # TODO: the data of this search is the text itself; which field is searched?
    raise NotImplementedError


def search_meaning(
    client: MilvusClient, name: str, vector: npt.NDArray[np.float32], limit: int, category: str | None = None
) -> list[int]:
    """Find articles by the meaning of a question.

    Args:
        client: an open client.
        name: name of the collection.
        vector: meaning of the question, shape (dim,).
        limit: how many articles.
        category: as in `search_words`.

    Returns:
        Keys, the most similar first.
    """
    # TODO
    raise NotImplementedError


def search_hybrid(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    category: str | None = None,
) -> list[tuple[int, float]]:
    """Fuse the search by words and the search by meaning by reciprocal ranks, with one request.

    Each search hands CANDIDATES articles over. An article's score is the sum of 1 / (K + rank) over the lists that it
    is in, where ranks begin with 1. With a category both lists hold articles of it only.

    Returns:
        (key, score) of `limit` articles, the best first.
    """
    # TODO: two AnnSearchRequest, a ranker, client.hybrid_search(…)
    raise NotImplementedError


def search_weighted(
    client: MilvusClient,
    name: str,
    question: str,
    vector: npt.NDArray[np.float32],
    limit: int,
    share_of_words: float,
) -> list[tuple[int, float]]:
    """Fuse both searches by their scores, brought to a scale from 0 to 1 by Milvus, with one request.

    Args:
        client: an open client.
        name: name of the collection.
        question: for the search by words.
        vector: for the search by meaning, shape (dim,).
        limit: how many articles.
        share_of_words: weight of the search by words, 0 to 1; the search by meaning has the rest.

    Returns:
        (key, score) of `limit` articles, the best first.
    """
    # TODO: another ranker, and the order of its weights is the order of …?
    raise NotImplementedError


def search_one_per_category(
    client: MilvusClient, name: str, question: str, vector: npt.NDArray[np.float32], limit: int
) -> list[tuple[int, float]]:
    """Find the best article of each category, fused as in `search_hybrid`, with one request.

    Returns:
        (key, score), the best first, at most `limit`, no two of one category.
    """
    # TODO
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.showing import demo_client

    texts = [
        "the pump of unit E-4711 leaks",
        "how to seal a dripping pipe",
        "a recipe for apple pie",
        "water in the cellar",
    ]
    meanings = np.array([[0.9, 0.3], [1.0, 0.1], [0.0, 1.0], [0.8, 0.2]], dtype=np.float32)
    with demo_client() as client:
        create_collection(client, "articles", dim=2)
        rows = [
            {"id": key, "text": text, "category": "kitchen" if key == 2 else "repairs", "meaning": meaning.tolist()}
            for key, (text, meaning) in enumerate(zip(texts, meanings, strict=True))
        ]
        insert_articles(client, "articles", rows)
        question, vector = "E-4711", np.array([1.0, 0.1], dtype=np.float32)
        print("by words:  ", [texts[key] for key in search_words(client, "articles", question, 2)])
        print("by meaning:", [texts[key] for key in search_meaning(client, "articles", vector, 2)])
        for key, score in search_hybrid(client, "articles", question, vector, 3):
            print(f"{score:.4f}  {texts[key]}")
