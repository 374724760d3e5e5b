"""3.3 Recommendation: what would this person watch next?

Goal
    Turn "who has watched what" into vectors, and let Milvus recommend from them: films that people with the same taste
    watch, films that are like those that somebody liked, and both together. Recommend films that nobody has watched
    yet, welcome people of whom you know three films, and leave out what they have seen or never want to see.

Why it matters
    Recommending is search where the query is a person. What goes wrong is quiet: every list has ten films in it, and
    they all look plausible. Factors know how popular a film is by their length, so a search by cosine, or one
    `normalise()` too many, throws away half of what was learnt. A film that somebody has seen is filtered out after the
    search, and those who watch most get the shortest lists. And an evaluation that leaks the answer into the training
    data reports a wonderful hit rate, until the first day in production.

What is measured
    People and films are made up anew for each run, with tastes, genres, and a few films that everybody knows. Each
    user's last film is held out, and your code never gets it. The grader asks your functions for ten films for each
    user and counts how often the held-out one is there: at least 1.5 times as often as among the ten most popular.
    Every list is held against numpy, a proxy counts requests, and last of all `recommend` is timed against the
    reference. The table in the report shows what cosine would make of your factors. MovieLens 100k, real ratings, is
    used beside the made-up ones once you have fetched it: `nox -s movielens` says how, and under which terms.

One vector a film
    A film's vector has FACTORS numbers that come from who watched it, and behind them CONTENT numbers that say what it
    is about, brought to length 1. The collection compares by inner product, which adds up over both parts. So the query
    says what counts: (user's factors, zeros) asks for taste alone, (zeros, content) for content alone, and
    (0.7 * factors, 0.3 * content) is a weighted sum of both scores, exactly, with one search and on every Milvus.

`hold_out_last`, `evaluate`, `factorise`, `factors_of_new_films` and `diversify` need no Milvus: begin there.

Grade it:      nox -s stage3 -- 3.3
Look at it:    nox -s play -- 3.3
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient  # noqa: F401 - you will need both

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Hits = list[tuple[int, float]]
"""(id of a film, score) of each hit, the best first."""

FACTORS = 16
"""Numbers of a vector that come from who has watched what. They stand first."""
CONTENT = 24
"""Numbers of a vector that say what a film is about. They stand behind the factors, and have length 1 together."""


def hold_out_last(interactions: Numbers) -> tuple[Numbers, Numbers]:
    """Split what people have watched: the last film of each user is the question of the test, all else may be learnt.

    Nothing of the training rows may tell the answer. Who watches a film twice has it in two rows: where the last one is
    held out, the earlier ones of the same user and film belong to neither part. And whoever would be left with no
    training row, having watched one film only, isn't asked: all their rows stay in the training part.

    Args:
        interactions: user, film, second; in any order, no two of a user in the same second; shape (n, 3).

    Returns:
        The training rows and the held-out rows, one for each user who is asked, as they came and in any order.
    """
    # TODO
    raise NotImplementedError


def evaluate(recommended: list[list[int]], held_out: list[int], watched: Numbers) -> dict[str, float]:
    """Say what lists of films are worth, in three numbers.

    Args:
        recommended: the films that each user is recommended; lists may be of different lengths, or empty.
        held_out: the film that each user watched next, in the same order.
        watched: by how many users each film was watched in the training data, shape (films,).

    Returns:
        "hit_rate": for which share of the users the held-out film is in their list; "coverage": which share of all
        films is in any list; "popularity": the mean of `watched` over all places of all lists, 0 where there is none.
    """
    # TODO
    raise NotImplementedError


def factorise(pairs: Numbers, users: int, films: int, dim: int) -> tuple[Vectors, Vectors]:
    """Find factors of users and films whose inner product says how likely it is that the user watches the film.

    Nobody gives stars here: all that is known is who has watched what. Truncated singular value decomposition of the
    matrix with a 1 for each pair will do (Cremonesi et al., RecSys 2010), and so will alternating least squares.

    Args:
        pairs: user and film of each film that was watched, shape (n, 2).
        users: how many users; they are numbered from 0.
        films: how many films; they are numbered from 0.
        dim: length of a factor vector.

    Returns:
        Factors of the users, shape (users, dim), and of the films, shape (films, dim). They are as long as they come
        out: a film that many watch has a long vector.
    """
    # TODO: numpy.linalg.svd gives three arrays. Which rows and columns are kept, and where do the singular values go?
    raise NotImplementedError


def factors_of_new_films(factors: Vectors, contents: Vectors, new_contents: Vectors) -> Vectors:
    """Guess the factors of films that nobody has watched yet from what they are about (cold start).

    Films that are alike are watched by the same people. So learn from the known films how content becomes factors, by
    ridge regression or from the most similar ones. The mean of all factors won't do, nor one film that stands for all:
    the new films have to reach the people who would like them, and not everybody.

    Args:
        factors: of the films that are known, shape (n, FACTORS).
        contents: of the same films, of any length, shape (n, CONTENT).
        new_contents: of the new films, of any length, shape (m, CONTENT).

    Returns:
        Factors of the new films, shape (m, FACTORS).
    """
    # TODO
    raise NotImplementedError


def diversify(hits: Hits, contents: Vectors, limit: int, variety: float) -> list[int]:
    """Choose films that are good and not all the same.

    Take the best hit first. Then, again and again, the one with the greatest
    (1 - variety) * score - variety * (greatest cosine similarity to a film that is already chosen).
    This is called maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).

    Args:
        hits: candidates with their scores, the best first.
        contents: of each hit, in the same order and of any length, shape (hits, CONTENT).
        limit: how many films; all candidates where there are fewer.
        variety: 0 (the order stays) to 1 (the score counts only for the first).

    Returns:
        Ids in the order in which they were chosen.
    """
    # TODO
    raise NotImplementedError


def create_collection(client: MilvusClient, name: str) -> None:
    """Create the collection of films, ready to be searched.

    Fields: `id` (INT64, the primary key), `category` (VARCHAR of 64 bytes), `vector` (FLOAT_VECTOR of FACTORS + CONTENT
    numbers, compared by inner product). Its index is FLAT: a few thousand films are compared in no time, exactly, and
    however many a filter leaves out.

    Args:
        client: an open client.
        name: name of the new collection.
    """
    # TODO
    raise NotImplementedError


def insert_films(
    client: MilvusClient, name: str, ids: list[int], factors: Vectors, contents: Vectors, categories: list[str]
) -> int:
    """Insert films: factors as they are, and contents brought to length 1 behind them.

    Args:
        client: an open client.
        name: name of the collection.
        ids: keys, n of them.
        factors: shape (n, FACTORS).
        contents: of any length but 0, shape (n, CONTENT).
        categories: n of them.

    Returns:
        How many were inserted.
    """
    # TODO: and what must not be brought to length 1?
    raise NotImplementedError


def recommend(
    client: MilvusClient, name: str, user: Vectors, seen: list[int], limit: int, blocked: Sequence[str] = ()
) -> Hits:
    """Recommend films by the taste of a user, with one request.

    Args:
        client: an open client.
        name: name of the collection.
        user: factors of the user, shape (FACTORS,).
        seen: films that the user has watched, up to several hundred: none of them is recommended.
        limit: how many films. There are always as many, as long as enough are neither seen nor blocked.
        blocked: categories of which the user never wants to see anything. Names may hold quotes,
            or be Korean.

    Returns:
        `limit` films; the score is the inner product of both factors.
    """
    # TODO: a filter that Milvus heeds while it searches
    raise NotImplementedError


def recommend_for_new_user(
    client: MilvusClient, name: str, liked: list[int], limit: int, blocked: Sequence[str] = ()
) -> Hits:
    """Recommend films to somebody of whom only a few liked films are known, by what those are about (cold start).

    Args:
        client: an open client.
        name: name of the collection.
        liked: ids of films that are in the collection, one at least. They aren't recommended.
        limit: how many films.
        blocked: as in `recommend`.

    Returns:
        `limit` films; the score is the mean cosine similarity of their contents to those of the liked films.
    """
    # TODO: the mean of some inner products is the inner product with …?
    raise NotImplementedError


def recommend_hybrid(
    client: MilvusClient,
    name: str,
    user: Vectors,
    seen: list[int],
    share_of_content: float,
    limit: int,
    blocked: Sequence[str] = (),
) -> Hits:
    """Recommend films by taste and content together, with one search.

    Args:
        client: an open client.
        name: name of the collection.
        user: factors of the user, shape (FACTORS,).
        seen: films that the user has watched, one at least. They aren't recommended.
        share_of_content: weight of the content, 0 to 1; taste has the rest.
        limit: how many films.
        blocked: as in `recommend`.

    Returns:
        `limit` films; the score is the weighted sum of those of `recommend` and of `recommend_for_new_user`, where the
        films that were seen count as liked.
    """
    # TODO
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.ratings import watched
    from fixtures.showing import demo_client

    films = watched(np.random.default_rng(7), users=300, films=500, new=20)
    with demo_client() as client:
        train, held_out = hold_out_last(films.interactions)
        user_factors, film_factors = factorise(train[:, :2], films.users, films.films, FACTORS)
        guessed = factors_of_new_films(film_factors, films.contents[:500], films.contents[500:])
        create_collection(client, "films")
        all_factors = np.concatenate([film_factors, guessed])
        insert_films(client, "films", list(range(520)), all_factors, films.contents, list(films.categories))

        seen = [train[train[:, 0] == user, 1].tolist() for user in range(films.users)]
        taste = user_factors[0]
        for title, shown in (
            ("seen:", seen[0][:8]),
            ("by taste:", [film for film, _ in recommend(client, "films", taste, seen[0], 8)]),
            ("by content:", [film for film, _ in recommend_for_new_user(client, "films", seen[0][:3], 8)]),
            ("by both:", [film for film, _ in recommend_hybrid(client, "films", taste, seen[0], 0.3, 8)]),
        ):
            print(f"{title:12}", ", ".join(films.categories[film] for film in shown))

        viewers = np.bincount(train[:, 1], minlength=520)
        lists = [
            [film for film, _ in recommend(client, "films", user_factors[user], seen[user], 10)]
            for user in held_out[:, 0]
        ]
        ten = [np.argsort(-viewers)[:10].tolist()] * len(held_out)
        for title, some in (("most popular", ten), ("recommended", lists)):
            figures = evaluate(some, held_out[:, 1].tolist(), viewers)
            print(f"{title:12}", ", ".join(f"{name} {figure:.3f}" for name, figure in figures.items()))
