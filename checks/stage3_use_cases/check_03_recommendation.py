"""Checks of 3.3 Recommendation.

People and films are fresh in each run. What asks Milvus works in a collection that the learner's code made, and that
holds factors of the grader's own; where hit rates are counted, factors and recommendations are the learner's, and the
held-out films never leave the grader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checks.collection_assertions import created
from checks.stage3_use_cases.cinema import (
    FACTORS,
    FILMS,
    NEW,
    USERS,
    Cinema,
    Nights,
    draw_nights,
    fill,
    open_cinema,
)
from checks.stage3_use_cases.content_assertions import QUOTED, assert_mixes, assert_welcomes
from checks.stage3_use_cases.evaluation import (
    learnt,
    on_movielens,
    one_user,
    own_collection,
    recommended_lists,
    table,
)
from checks.stage3_use_cases.factor_assertions import (
    DEEP,
    LIMIT,
    NOT_FETCHED,
    TIMES,
    as_cosine,
    as_factors,
    assert_beats_popularity,
    assert_lengths_differ,
    assert_reaches_fans,
    assert_real,
    hit_rate,
    hits_in,
    most_popular,
    row,
    top,
)
from checks.stage3_use_cases.film_rows import assert_schema, assert_stored
from checks.stage3_use_cases.held_out_assertions import assert_splits
from checks.stage3_use_cases.list_assertions import assert_diversifies, assert_evaluates
from checks.stage3_use_cases.recommended import (
    as_hits,
    assert_best,
    assert_enough,
    assert_unblocked,
    assert_unseen,
    without,
)
from checks.stage3_use_cases.taste_requests import assert_asks_once, assert_searches_once
from fixtures.milvus import Milvus
from grader.check import because, check, returned
from grader.kept import Kept
from grader.measured import Measured
from grader.racing import Race
from grader.runner.submission import Submission
from infra.messages import N_

TRIALS = 3
SEEN = 150
"""Films that a user knows, all of them the best by taste: more than anybody gets by asking for ten times too many."""
ASKED_DEEP = 120
"""Users who are asked for DEEP films each."""
SLOWEST, CALLS = 1.5, 24
"""A call takes 2 to 4 ms, so short that other programs show in it: on two cores with 13 to do, samples of 24 ms and a
limit of 1.3 called equal code slow in 2 of 22 races. A second search takes twice as long, Strong far more than that."""


@pytest.fixture
def nights(kept: Kept, rng: np.random.Generator) -> Nights:
    """Who has watched what."""
    return draw_nights(kept, rng)


@pytest.fixture
def cinema(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator, nights: Nights) -> Cinema:
    """The collection that the learner's code made and filled, once for all checks."""
    return open_cinema(submission, milvus, kept, rng, nights)


@check("3.3", points=2)
def holds_out_the_last(submission: Submission, rng: np.random.Generator) -> None:
    """hold_out_last splits off each user's last film and leaves nothing that tells it"""
    assert_splits(submission, rng)


@check("3.3")
def evaluates(submission: Submission, rng: np.random.Generator) -> None:
    """evaluate computes hit rate, coverage and popularity of lists of films"""
    assert_evaluates(submission, rng)


@check("3.3")
def diversifies(submission: Submission, rng: np.random.Generator) -> None:
    """diversify chooses good films that aren't all the same"""
    assert_diversifies(submission, rng)


@check("3.3", points=3)
def factorises(submission: Submission, nights: Nights, kept: Kept) -> None:
    """factorise finds factors that know more than popularity"""
    users, films = kept("factors", lambda: learnt(submission, nights))
    assert_lengths_differ(films[nights.watched > 0])
    popular = hits_in(most_popular(nights.watched, USERS, nights.train), nights.held_out)
    actual = hit_rate(users @ films.T, nights.train, nights.held_out)
    assert_beats_popularity(actual, popular, TIMES, N_("your factors"))


@check("3.3")
def creates_the_collection(submission: Submission, milvus: Milvus, kept: Kept, nights: Nights) -> None:
    """create_collection makes a collection of films compared by inner product, ready to be searched"""
    assert_schema(milvus, kept("empty", lambda: created(submission, milvus, "films")), nights)


@check("3.3", after=[creates_the_collection])
def inserts_films(cinema: Cinema) -> None:
    """insert_films stores factors as they are and contents at length 1"""
    milvus, nights = cinema.milvus, cinema.nights
    stored = milvus.count(cinema.collection, f"id >= 0 and id < {FILMS}")
    assert stored == FILMS, because(
        "lost_rows",
        "insert_films() was given {expected} films, and count(*) finds {actual} of them.",
        expected=FILMS,
        actual=stored,
    )
    some = sorted(cinema.rng.choice(FILMS, 40, replace=False).tolist())
    rows = sorted(milvus.rows(cinema.collection, f"id in {some}"), key=lambda each: int(each["id"]))
    everything = nights.everything
    named = [everything.categories[film] for film in some]
    assert_stored(rows, some, nights.films[some], everything.contents[some], named)
    said = returned(cinema.said, int, "insert_films")
    assert said == FILMS, because(
        "wrong_insert_count",
        "insert_films() was given {expected} films and returned {actual}.",
        expected=FILMS,
        actual=said,
    )


@check("3.3", points=2, after=[inserts_films])
def recommends_by_taste(cinema: Cinema) -> None:
    """recommend finds the films with the greatest inner product, and returns it as the score"""
    for _ in range(TRIALS):
        user = cinema.nights.users[cinema.user()]
        scores = cinema.nights.by_taste(user)
        hits = as_hits(cinema.call("recommend", user, [], LIMIT), "recommend", LIMIT)
        short = scores / np.linalg.norm(user)
        lengths = np.maximum(np.linalg.norm(cinema.nights.films, axis=1), 1e-12)  # 0 where nobody has watched
        mistakes = {
            "normalises_the_user": (short, N_("It looks as if the user's factors were brought to length 1.")),
            "cosine": (short / lengths, N_("It looks like a cosine: the length of a film's factors counts too.")),
        }
        assert_best(hits, scores, LIMIT, "recommend", mistakes)


@check("3.3", points=2, after=[recommends_by_taste])
def never_shows_seen(cinema: Cinema) -> None:
    """recommend leaves out what the user knows, and still finds enough"""
    for count in (SEEN, FILMS - LIMIT - 3):
        user = cinema.nights.users[cinema.user()]
        scores = cinema.nights.by_taste(user)
        seen = cinema.rng.permutation(np.argsort(-scores)[:count]).tolist()
        hits = as_hits(cinema.call("recommend", user, seen, LIMIT), "recommend", LIMIT)
        assert_unseen(hits, seen, "recommend")
        assert_enough(hits, LIMIT, FILMS - count, "recommend")
        assert_best(hits, without(scores, seen), LIMIT, "recommend")


@check("3.3", after=[recommends_by_taste])
def keeps_blocked_out(cinema: Cinema) -> None:
    """recommend never shows a blocked category, whatever it is called, and still finds enough"""
    for others in ([], QUOTED):
        user = cinema.nights.users[cinema.user()]
        scores = cinema.nights.by_taste(user)
        seen = cinema.nights.best_of_each(scores)  # so that whoever forgets them while blocking shows one
        scores = without(scores, seen)
        blocked = [*others, *cinema.nights.favourites(scores, others)]
        foul = cinema.nights.of(blocked)
        hits = as_hits(cinema.call("recommend", user, seen, LIMIT, blocked), "recommend", LIMIT)
        assert_unblocked(hits, cinema.nights, blocked, "recommend")
        assert_unseen(hits, seen, "recommend")
        assert_enough(hits, LIMIT, FILMS - len({*foul, *seen}), "recommend")
        assert_best(hits, without(scores, foul), LIMIT, "recommend")


@check("3.3", points=2, after=[factorises, inserts_films], limit_s=120)
def beats_popularity(
    submission: Submission,
    milvus: Milvus,
    kept: Kept,
    nights: Nights,
    rng: np.random.Generator,
    measured: Callable[[Measured], None],
) -> None:
    """recommend finds the held-out film more often than a list of what is popular"""
    users, films = kept("factors", lambda: learnt(submission, nights))
    name = kept("own", lambda: own_collection(submission, milvus, nights, films))
    lists = recommended_lists(submission, milvus, name, users, nights, range(USERS), LIMIT)
    popular = most_popular(nights.watched, USERS, nights.train)
    by_cosine = top(as_cosine(users, films), nights.train)
    shown = (
        (N_("most popular"), popular),
        (N_("yours, by inner product"), lists),
        (N_("yours, by cosine"), by_cosine),
    )
    rows = [row(title, some, nights.held_out, nights.watched) for title, some in shown]
    real = on_movielens(submission)
    measured(table([*rows, *(real or NOT_FETCHED)]))
    measured(one_user(nights, int(rng.integers(USERS)), lists))
    actual = hits_in(lists, nights.held_out)
    assert_beats_popularity(actual, hits_in(popular, nights.held_out), TIMES, N_("your recommendations"))
    if real is not None:
        assert_real(real)


@check("3.3", points=2, after=[inserts_films])
def welcomes_new_users(cinema: Cinema) -> None:
    """recommend_for_new_user finds films that are about the same as the few liked ones"""
    assert_welcomes(cinema, LIMIT)


@check("3.3", after=[recommends_by_taste, welcomes_new_users])
def mixes_taste_and_content(cinema: Cinema) -> None:
    """recommend_hybrid adds up both scores by their weights"""
    assert_mixes(cinema, LIMIT)


@check("3.3", points=2, after=[factorises, inserts_films], limit_s=120)
def new_films_reach_their_fans(
    submission: Submission, milvus: Milvus, kept: Kept, nights: Nights, rng: np.random.Generator
) -> None:
    """factors_of_new_films lets films that nobody has watched reach those who would like them"""
    users, films = kept("factors", lambda: learnt(submission, nights))
    name = kept("own", lambda: own_collection(submission, milvus, nights, films))
    known, new = nights.everything.contents[:FILMS], nights.everything.contents[FILMS:]
    said = submission.call("factors_of_new_films", films, known, new)
    (guessed,) = as_factors([said], "factors_of_new_films", [(NEW, FACTORS)])
    fill(submission, milvus, name, guessed, nights, range(FILMS, FILMS + NEW))
    some = rng.choice(USERS, ASKED_DEEP, replace=False)
    assert_reaches_fans(recommended_lists(submission, milvus, name, users, nights, some.tolist(), DEEP), some, nights)


@check("3.3", after=[recommends_by_taste, mixes_taste_and_content])
def asks_once(cinema: Cinema) -> None:
    """recommend sends one request for no more than it returns, recommend_hybrid one search"""
    user_id = cinema.user()
    user, seen = cinema.nights.users[user_id], cinema.nights.seen(user_id)
    _, calls = cinema.watched("recommend", user, seen, LIMIT, QUOTED)
    assert_asks_once(calls, "recommend", LIMIT)
    _, calls = cinema.watched("recommend_hybrid", user, seen, 0.3, LIMIT)
    assert_searches_once(calls, "recommend_hybrid", LIMIT)


@check("3.3", points=2, after=[never_shows_seen, keeps_blocked_out], timed=True)
def is_as_fast_as_the_reference(cinema: Cinema, race: Race) -> None:
    """recommend takes at most 1.5 times as long as the reference"""
    nights = cinema.nights

    def questions() -> list[Sequence[object]]:
        user_id = cinema.user()
        chance = cinema.rng.normal(0, 0.05, FACTORS).astype(np.float32)
        user = nights.users[user_id] + chance
        return [(cinema.milvus.endpoint(), cinema.collection, user, nights.seen(user_id), LIMIT, QUOTED[:1])]

    def right(argss: list[Sequence[object]], results: list[Any]) -> None:
        for (_, _, user, seen, _, _), said in zip(argss, results, strict=True):
            assert isinstance(user, np.ndarray)
            assert isinstance(seen, list)
            scores = without(nights.by_taste(user), {*seen, *nights.of(QUOTED[:1])})
            assert_best(as_hits(said, "recommend", LIMIT), scores, LIMIT, "recommend")

    race.judge("recommend", questions, right, limit=SLOWEST, calls_per_sample=CALLS)
