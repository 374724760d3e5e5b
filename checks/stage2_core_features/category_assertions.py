"""What the checks of 2.5 ask of categories: that a filter reaches both searches, and the best article of each group.

Chance may let a mistake look right: then the best articles are of one category, or each is of another. So questions are
drawn until that isn't so.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from checks.stage2_core_features.articles import Library, Question
from checks.stage2_core_features.fusion import Hits, Lists, Scores, best, rrf, rrf_bounds
from checks.stage2_core_features.hybrid_assertions import SCORE, agrees
from grader.check import because, not_graded, shortened
from infra.messages import N_, Message

TRIES = 40
"""Questions that are drawn for one that shows something."""


def question_across_categories(
    library: Library, category: str, limit: int
) -> tuple[Question, Lists, dict[str, Scores]]:
    """Find a question to which the best answers are of several categories, also where one of the searches is filtered.

    Returns:
        The question, what both searches find of the category, and the fused scores where only one of them is filtered.
    """
    for question in (library.question() for _ in range(TRIES)):
        inside, everywhere = library.lists(question, category), library.lists(question)
        halves = {
            N_("words"): rrf(Lists(inside.words, everywhere.meaning)),
            N_("meaning"): rrf(Lists(everywhere.words, inside.meaning)),
        }
        answers = [best(scores, limit) for scores in (rrf(everywhere), *halves.values())]
        if all(any(library.category_of(key) != category for key, _ in hits) for hits in answers):
            return question, inside, halves
    raise not_graded("no_foreign_articles", "here the best articles happen to be of one category")


def assert_category(hits: Hits, library: Library, category: str, halves: Mapping[str, Scores], limit: int) -> None:
    """Make sure that every hit is of a category.

    Args:
        hits: what was found.
        library: knows each article's category.
        category: the one that was asked for.
        halves: fused scores where only one of the two searches was filtered, by which one was.
        limit: how many were asked for.
    """
    foreign = [key for key, _ in hits if library.category_of(key) != category]
    for half, scores in halves.items():
        assert not foreign or not agrees(hits, scores, limit), because(
            "filtered_one_search",
            "search_hybrid() was asked for {category} and returned {foreign} of other categories. It looks as if only "
            "the search by {half} is filtered: each of the two requests needs the filter.",
            category=category,
            foreign=shortened(foreign),
            half=Message(half),
        )
    assert not foreign, because(
        "foreign_category",
        "search_hybrid() was asked for {category} and returned {foreign} of other categories.",
        category=category,
        foreign=shortened(foreign),
    )


def fused_across_categories(library: Library, limit: int) -> tuple[Question, Hits]:
    """Find a question of which several of the best few articles share a category, whichever way ties fall.

    Returns:
        The question, and all candidates by fused score.
    """
    for question in (library.question() for _ in range(TRIES)):
        lists = library.lists(question)
        fused = best(rrf(lists), len(library.articles))
        certain = [key for key, score in fused[:limit] if score > fused[limit][1] + SCORE]
        if len({library.category_of(key) for key in certain}) == len(certain):
            continue
        bounds = (best(scores, len(scores)) for scores in rrf_bounds(lists))
        least, greatest = (_best_of_each(hits, library)[:limit] for hits in bounds)
        if np.allclose(least, greatest, atol=SCORE):
            return question, fused
    raise not_graded("one_of_each", "here the best articles happen to be of different categories")


def _best_of_each(hits: Hits, library: Library) -> list[float]:
    """Return the score of the best article of each category, of hits of which the best come first."""
    first: dict[str, float] = {}
    for key, score in hits:
        first.setdefault(library.category_of(key), score)
    return list(first.values())


def assert_best_of_each(hits: Hits, library: Library, fused: Hits, limit: int) -> None:
    """Compare hits with the best article of each category.

    Args:
        hits: what was found.
        library: knows each article's category.
        fused: all candidates by fused score.
        limit: how many categories were asked for.
    """
    categories = [library.category_of(key) for key, _ in hits]
    assert len(set(categories)) == len(categories), because(
        "category_twice",
        "search_one_per_category() returned articles of {categories}: each category belongs there once.",
        categories=", ".join(categories),
    )
    there = _best_of_each(fused, library)
    expected = there[:limit]
    assert len(hits) == len(expected), because(
        "too_few_categories",
        "search_one_per_category() was asked for {limit} categories and returned {actual}, though the candidates are "
        "of {there}. It looks as if categories are thinned out after the search has ended: group within it.",
        limit=limit,
        actual=len(hits),
        there=len(there),
    )
    assert np.allclose([score for _, score in hits], expected, atol=SCORE), because(
        "not_the_best",
        "search_one_per_category() returned the scores {actual}, the best of each category have {expected}.",
        actual=shortened([round(score, 4) for _, score in hits]),
        expected=shortened([round(score, 4) for score in expected]),
    )
