"""What the checks of 3.3 ask of recommendations that heed what films are about: for a new user, and beside taste."""

from __future__ import annotations

import numpy as np

from checks.stage3_use_cases.cinema import FILMS, Cinema
from checks.stage3_use_cases.recommended import (
    as_hits,
    assert_best,
    assert_enough,
    assert_unblocked,
    assert_unseen,
    without,
)
from infra.messages import N_

QUOTED = ["children's", 'a "mockumentary"']
"""Categories whose names have to be quoted with care."""
LIKED = 3


def assert_welcomes(cinema: Cinema, limit: int) -> None:
    """Have films recommended to people of whom a few liked ones are known."""
    function, nights = "recommend_for_new_user", cinema.nights
    for blocked in ([], QUOTED):
        liked = cinema.rng.choice(nights.seen(cinema.user()), LIKED, replace=False).tolist()
        hits = as_hits(cinema.call(function, liked, limit, blocked), function, limit)
        assert_unseen(hits, liked, function)
        assert_unblocked(hits, nights, blocked, function)
        foul = [film for film in range(FILMS) if nights.category(film) in blocked]
        out = {*foul, *liked}
        assert_enough(hits, limit, FILMS - len(out), function)
        mean = nights.contents[liked].mean(axis=0)
        scores = without(nights.by_content(liked), out)
        taste = nights.by_taste(nights.films[liked].mean(axis=0))
        one_only = {film: without(nights.by_content([film]), out) for film in liked}
        mistakes = {
            "mean_at_length_one": (
                scores / float(np.linalg.norm(mean)),
                N_("It looks as if the mean was brought to length 1: then the score isn't the mean similarity."),
            ),
            "taste_instead_of_content": (
                without(taste, out),
                N_("It looks as if the factors of the liked films were searched for; ask for their content."),
            ),
            "first_one_only": (one_only[liked[0]], N_("It looks as if only the first liked film counts.")),
            "last_one_only": (one_only[liked[-1]], N_("It looks as if only the last liked film counts.")),
        }
        assert_best(hits, scores, limit, function, mistakes)


def assert_mixes(cinema: Cinema, limit: int) -> None:
    """Have films recommended by taste and content together, with different weights."""
    function, nights = "recommend_hybrid", cinema.nights
    for share, blocked in zip(cinema.rng.uniform(0.15, 0.4, 3).tolist(), ([], [], QUOTED), strict=True):
        user_id = cinema.user()
        user, seen = nights.users[user_id], nights.seen(user_id)
        hits = as_hits(cinema.call(function, user, seen, share, limit, blocked), function, limit)
        assert_unseen(hits, seen, function)
        assert_unblocked(hits, nights, blocked, function)
        out = {*seen, *(film for film in range(FILMS) if nights.category(film) in blocked)}
        taste, content = (without(some, out) for some in (nights.by_taste(user), nights.by_content(seen)))
        mistakes = {
            "shares_swapped": (
                share * taste + (1 - share) * content,
                N_("It looks as if both weights were swapped: share_of_content is that of the content."),
            ),
            "share_ignored": (0.5 * taste + 0.5 * content, N_("It looks like equal weights, whatever the share.")),
            "unweighted": (taste + content, N_("It looks like a plain sum: weigh both parts of the query.")),
            "taste_only": (taste, N_("It looks like taste alone.")),
            "content_only": (content, N_("It looks like content alone.")),
        }
        assert_best(hits, (1 - share) * taste + share * content, limit, function, mistakes)
