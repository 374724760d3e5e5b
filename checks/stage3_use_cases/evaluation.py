"""What the learner's own factors and recommendations are worth: lists for all users, in Milvus and on real ratings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from checks.collection_assertions import created
from checks.stage3_use_cases.cinema import FACTORS, FILMS, USERS, Floats, Nights, fill
from checks.stage3_use_cases.factor_assertions import as_cosine, as_factors, most_popular, real_interactions, row, top
from checks.stage3_use_cases.recommended import as_hits
from fixtures.milvus import Milvus
from grader.measured import Cell, Table
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_


def learnt(submission: Submission, nights: Nights) -> tuple[Floats, Floats]:
    """Return the learner's factors of what may be learnt."""
    said = submission.call("factorise", nights.train, USERS, FILMS, FACTORS)
    users, films = as_factors(said, "factorise", [(USERS, FACTORS), (FILMS, FACTORS)])
    return users, films


def own_collection(submission: Submission, milvus: Milvus, nights: Nights, films: Floats) -> str:
    """Return a collection with the learner's own factors."""
    name = created(submission, milvus, "films")
    fill(submission, milvus, name, films, nights, range(FILMS))
    return name


def recommended_lists(
    submission: Submission,
    milvus: Milvus,
    name: str,
    users: Floats,
    nights: Nights,
    some: Sequence[int],
    limit: int,
) -> list[list[int]]:
    """Return what some users are recommended."""
    endpoint = milvus.endpoint()
    argss = [(endpoint, name, users[user], nights.seen(user), limit) for user in some]
    lists = []
    for said in submission.map("recommend", argss):
        if isinstance(said, LearnerError):
            raise said
        lists.append([film for film, _ in as_hits(said, "recommend", limit)])
    return lists


def on_movielens(submission: Submission) -> tuple[tuple[Cell, ...], ...] | None:
    """Return what the learner's factors are worth on real ratings, if they have been fetched."""
    there = real_interactions()
    if there is None:
        return None
    real, asked, train, held_out, counts = there
    said = submission.call("factorise", train, real.users, real.films, FACTORS)
    users, films = as_factors(said, "factorise", [(real.users, FACTORS), (real.films, FACTORS)])
    shown = (
        (N_("MovieLens 100k: most popular"), most_popular(counts, real.users, train)),
        (N_("MovieLens 100k: yours, by inner product"), top(users @ films.T, train)),
        (N_("MovieLens 100k: yours, by cosine"), top(as_cosine(users, films), train)),
    )
    return tuple(row(title, some[asked], held_out, counts) for title, some in shown)


def table(rows: Sequence[tuple[Cell, ...]]) -> Table:
    """Return what the report draws: what lists are worth, and whom they show."""
    return Table(
        N_("Ten films for each user: what they are worth, and how popular they are"),
        (
            N_("recommended"),
            N_("hit rate (held-out film among ten)"),
            N_("mean number of viewers of a recommended film"),
            N_("share of all films that are recommended to anybody"),
        ),
        tuple(rows),
    )


def one_user(nights: Nights, user: int, lists: Sequence[Sequence[int]]) -> Table:
    """Return what the report shows of one user: how often each category was watched, and is recommended."""
    watched, recommended = (Counter(nights.category(f) for f in films) for films in (nights.seen(user), lists[user]))
    held_out = nights.category(int(nights.held_out[user]))
    named = sorted({**watched, **recommended}, key=lambda name: (-watched[name], -recommended[name], name))
    rows = tuple((name, watched[name], recommended[name], int(name == held_out)) for name in named)
    return Table(
        N_("One user: what was watched, and what is recommended"),
        (N_("category"), N_("films watched"), N_("films recommended"), N_("the film held out")),
        rows,
    )
