"""What the checks of 3.3 ask of recommendations that heed what films are about: for a new user, and beside taste."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checks.stage3_use_cases.cinema import FILMS, Cinema, Nights, Scores
from checks.stage3_use_cases.recommended import (
    Mistakes,
    as_hits,
    assert_best,
    assert_enough,
    assert_unblocked,
    assert_unseen,
    without,
)
from infra.messages import N_

QUOTED = ["children's", 'a "mockumentary"', "다큐멘터리"]
"""Categories whose names have to be quoted with care."""
LIKED = 3


def assert_welcomes(cinema: Cinema, limit: int) -> None:
    """Have films recommended to people of whom a few liked ones are known."""
    function, nights = "recommend_for_new_user", cinema.nights
    for others in ([], QUOTED):
        liked = cinema.rng.choice(nights.seen(cinema.user()), LIKED, replace=False).tolist()
        scores = without(nights.by_content(liked), liked)
        blocked = [*others, *nights.favourites(scores, others)] if others else []
        out = nights.of(blocked) | set(liked)
        hits = as_hits(cinema.call(function, liked, limit, blocked), function, limit)
        assert_unseen(hits, liked, function)
        assert_unblocked(hits, nights, blocked, function)
        assert_enough(hits, limit, FILMS - len(out), function)
        assert_best(hits, without(scores, out), limit, function, _mistakes_with_content(nights, liked, out))


def _mistakes_with_content(nights: Nights, liked: Sequence[int], out: set[int]) -> Mistakes:
    length = float(np.linalg.norm(nights.contents[liked].mean(axis=0)))
    taste = nights.by_taste(nights.films[liked].mean(axis=0))
    first, last = (nights.by_content([liked[place]]) for place in (0, -1))
    return {
        "mean_at_length_one": (
            without(nights.by_content(liked) / length, out),
            N_("It looks as if the mean was brought to length 1: then the score isn't the mean similarity."),
        ),
        "sum_of_similarities": (
            without(nights.by_content(liked) * len(liked), out),
            N_("It looks like the sum of the similarities; divide it by the number of liked films."),
        ),
        "taste_instead_of_content": (
            without(taste, out),
            N_("It looks as if the factors of the liked films were searched for; ask for their content."),
        ),
        "first_one_only": (without(first, out), N_("It looks as if only the first liked film counts.")),
        "last_one_only": (without(last, out), N_("It looks as if only the last liked film counts.")),
    }


def assert_mixes(cinema: Cinema, limit: int) -> None:
    """Have films recommended by taste and content together, with different weights."""
    function, nights = "recommend_hybrid", cinema.nights
    for share, others in zip(cinema.rng.uniform(0.15, 0.4, 3).tolist(), ([], [], QUOTED), strict=True):
        user_id = cinema.user()
        user, seen = nights.users[user_id], nights.seen(user_id)
        taste, content = (without(some, seen) for some in (nights.by_taste(user), nights.by_content(seen)))
        blocked = [*others, *nights.favourites((1 - share) * taste + share * content, others)] if others else []
        foul = nights.of(blocked)
        taste, content = without(taste, foul), without(content, foul)
        hits = as_hits(cinema.call(function, user, seen, share, limit, blocked), function, limit)
        assert_unseen(hits, seen, function)
        assert_unblocked(hits, nights, blocked, function)
        assert_enough(hits, limit, FILMS - len({*foul, *seen}), function)
        scores = (1 - share) * taste + share * content
        assert_best(hits, scores, limit, function, _mistakes_in_weights(taste, content, share))


def _mistakes_in_weights(taste: Scores, content: Scores, share: float) -> Mistakes:
    return {
        "shares_swapped": (
            share * taste + (1 - share) * content,
            N_("It looks as if both weights were swapped: share_of_content is that of the content."),
        ),
        "share_ignored": (0.5 * taste + 0.5 * content, N_("It looks like equal weights, whatever the share.")),
        "unweighted": (taste + content, N_("It looks like a plain sum: weigh both parts of the query.")),
        "taste_only": (taste, N_("It looks like taste alone.")),
        "content_only": (content, N_("It looks like content alone.")),
    }
