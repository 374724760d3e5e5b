"""Checks of 2.5 Hybrid search.

The learner's code makes one library of fresh articles, which the checks share. What it fuses is compared with what
follows from the two single searches, which the grader looks up with a client of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checks.collection_assertions import created
from checks.stage2_core_features.articles import DIM, Library, Question, article, open_library
from checks.stage2_core_features.category_assertions import (
    assert_best_of_each,
    assert_category,
    fused_across_categories,
    question_across_categories,
)
from checks.stage2_core_features.hybrid_assertions import (
    as_keys,
    as_scored,
    assert_fused,
    assert_keys,
    assert_schema,
    assert_weighted,
)
from checks.stage2_core_features.judged import assert_worth, judged
from fixtures.milvus import Milvus
from fixtures.recall import exact
from grader.check import because, check, not_graded, returned
from grader.kept import Kept
from grader.measured import Measured
from grader.racing import Race
from grader.runner.submission import Submission

LIMIT = 10
GROUPS = 4
TRIALS = 4
FLOOR = 0.9
"""What share of the nearest articles a search by meaning has to find: approximate indexes miss some."""
PLANTED = 100_000
"""The first key of articles that a check adds to the library."""


@pytest.fixture
def library(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator) -> Library:
    """The collection that the learner's code made and filled, once for all checks."""
    return open_library(submission, milvus, kept, rng)


@check("2.5", points=2)
def creates_the_collection(submission: Submission, milvus: Milvus, kept: Kept) -> None:
    """create_collection makes a text with BM25 and a vector, both indexed, ready to search"""
    assert_schema(milvus, kept("empty library", lambda: created(submission, milvus, "articles", DIM)))


@check("2.5", after=[creates_the_collection])
def inserts_articles(library: Library) -> None:
    """insert_articles stores every article, and Milvus makes the vectors of its words"""
    stored = library.milvus.count(library.collection, "id >= 0 and id < 10000")
    assert stored == len(library.articles), because(
        "lost_rows",
        "insert_articles() was given {expected} articles, and count(*) finds {actual} of them.",
        expected=len(library.articles),
        actual=stored,
    )
    more = [article(PLANTED + 1, "quolibet", "law", np.ones(DIM, dtype=np.float32))]
    said = returned(library.call("insert_articles", more), int, "insert_articles")
    assert said == 1, because(
        "wrong_insert_count", "insert_articles() was given 1 article and returned {actual}.", actual=said
    )
    found = library.lists(library.question().with_words("quolibet")).words
    assert [key for key, _ in found] == [PLANTED + 1], because(
        "words_not_found",
        "insert_articles() was given an article with the word quolibet, and a search by words doesn't find it. Is the "
        "text stored as it is?",
    )


@check("2.5", after=[inserts_articles])
def searches_by_words(library: Library) -> None:
    """search_words finds what BM25 finds, within a category too"""
    for category in (None, "recipes", "law"):
        question = library.question()
        truth, everywhere = library.lists(question, category, LIMIT), library.lists(question, None, LIMIT)
        asked = (question.words, LIMIT) if category is None else (question.words, LIMIT, category)
        keys = as_keys(library.call("search_words", *asked), "search_words")
        assert_keys(keys, truth.words, "search_words", _others(library, everywhere.words, category))


@check("2.5", after=[inserts_articles])
def searches_by_meaning(library: Library) -> None:
    """search_meaning finds numpy's nearest articles, within a category too"""
    keys = np.array(list(library.articles))
    vectors = np.array([library.articles[key]["meaning"] for key in keys])
    found, questions, allowed = [], [], []
    for category in (None, None, None, "news", "travel", "law"):
        question = library.question()
        truth, everywhere = library.lists(question, category, LIMIT), library.lists(question, None, LIMIT)
        asked = (question.meaning, LIMIT) if category is None else (question.meaning, LIMIT, category)
        found.append(as_keys(library.call("search_meaning", *asked), "search_meaning"))
        assert_keys(found[-1], truth.meaning, "search_meaning", _others(library, everywhere.meaning, category))
        questions.append(question.meaning)
        allowed.append([category in (None, library.category_of(key)) for key in keys.tolist()])
    recall = exact(np.array(questions), vectors, "COSINE", LIMIT, keys, np.array(allowed)).recall(found)
    assert recall.may_reach(FLOOR), because(
        "misses_neighbours",
        "search_meaning() finds {recall:.0%} of numpy's nearest articles, and {floor:.0%} are asked for. Which index "
        "does `meaning` have, and which parameters?",
        recall=recall.mean,
        floor=FLOOR,
    )


@check("2.5", points=3, after=[searches_by_words, searches_by_meaning])
def fuses_by_rank(library: Library) -> None:
    """search_hybrid's scores are the sums of 1 / (60 + rank) over both searches"""
    for _ in range(TRIALS):
        question = library.question()
        lists = library.lists(question)
        asked = question.words, question.meaning, LIMIT
        hits = as_scored(library.call("search_hybrid", *asked), "search_hybrid", LIMIT)
        assert_fused(hits, lists, LIMIT, "search_hybrid")


@check("2.5", points=2, after=[fuses_by_rank])
def finds_what_one_search_alone_finds(library: Library) -> None:
    """search_hybrid finds an article that only words find, and one that only meaning finds"""
    question = library.question()
    rare = "".join(library.rng.choice(list("bcdfgz"), size=9))
    first, second = (PLANTED + library.rng.choice(1_000_000, size=2, replace=False)).tolist()
    away = article(first, f"{rare} {' '.join(library.vocabulary[:6])}", "law", -question.meaning)
    near = article(second, "zzyzx", "law", question.meaning)
    library.milvus.client.insert(library.collection, [away, near])
    library.milvus.count(library.collection)
    asked = question.with_words(rare)
    lists = library.lists(asked, limit=LIMIT)
    by_words, by_meaning = ({key for key, _ in hits} for hits in (lists.words, lists.meaning))
    if (away["id"] in by_meaning, near["id"] in by_words) != (False, False):
        raise not_graded("planted_in_vain", "here both searches find what only one of them should")
    hits = as_scored(library.call("search_hybrid", asked.words, asked.meaning, LIMIT), "search_hybrid", LIMIT)
    found = {key for key, _ in hits}
    assert away["id"] in found, because(
        "misses_the_word",
        "Only article {id} has the word {word}. search_hybrid() was asked for it and didn't return {id}: its meaning "
        "is far away, but the search by words has it first.",
        id=away["id"],
        word=rare,
    )
    assert near["id"] in found, because(
        "misses_the_meaning",
        "Article {id} is nearest in meaning to what search_hybrid() was asked for, and it didn't return it. It shares "
        "no word with the question, but the search by meaning has it first.",
        id=near["id"],
    )


@check("2.5", points=2, after=[fuses_by_rank])
def keeps_to_the_category(library: Library) -> None:
    """search_hybrid finds only articles of the category that it is given, and enough of them"""
    for category in ("manuals", "letters"):
        question, inside, halves = question_across_categories(library, category, LIMIT)
        asked = question.words, question.meaning, LIMIT, category
        hits = as_scored(library.call("search_hybrid", *asked), "search_hybrid", LIMIT)
        assert_category(hits, library, category, halves, LIMIT)
        assert len(hits) == LIMIT, because(
            "too_few",
            "There are articles enough of {category}, and search_hybrid() returned {actual} of {limit}. It looks as if "
            "it fuses first and filters afterwards.",
            category=category,
            actual=len(hits),
            limit=LIMIT,
        )
        assert_fused(hits, inside, LIMIT, "search_hybrid")


@check("2.5", points=2, after=[searches_by_words, searches_by_meaning])
def weighs_the_scores(library: Library) -> None:
    """search_weighted's scores are weighted sums on one scale"""
    for share in library.rng.uniform(0.15, 0.4, TRIALS):
        question = library.question()
        asked = question.words, question.meaning, LIMIT, float(share)
        hits = as_scored(library.call("search_weighted", *asked), "search_weighted", LIMIT)
        assert_weighted(hits, library.lists(question), LIMIT, float(share))


@check("2.5", points=2, after=[fuses_by_rank], needs=["group_by"])
def finds_one_per_category(library: Library) -> None:
    """search_one_per_category finds the best article of each category"""
    question, fused = fused_across_categories(library, GROUPS)
    asked = question.words, question.meaning, GROUPS
    hits = as_scored(library.call("search_one_per_category", *asked), "search_one_per_category", GROUPS)
    assert_best_of_each(hits, library, fused, GROUPS)


@check("2.5", points=3, after=[fuses_by_rank], limit_s=120)
def answers_judged_questions(
    submission: Submission, milvus: Milvus, rng: np.random.Generator, measured: Callable[[Measured], None]
) -> None:
    """search_hybrid answers real questions as well as rank fusion can"""
    figures = judged(submission, milvus, rng)
    measured(figures.table())
    if figures.fused <= figures.worse:
        raise not_graded("fusing_is_worth_nothing", "for these questions fusing is no better than the worse search")
    assert_worth(figures)


@check("2.5", after=[fuses_by_rank])
def asks_once(library: Library) -> None:
    """search_hybrid sends one request"""
    question = library.question()
    _, calls = library.watched("search_hybrid", question.words, question.meaning, LIMIT)
    searches = [call for call in calls if call.method in ("Search", "HybridSearch", "Query")]
    assert searches, because(
        "went_around",
        "search_hybrid() sent no search through the client that it was given. Search with that client.",
    )
    assert len(searches) == 1, because(
        "several_requests",
        "search_hybrid() sent {actual} requests. Both searches fit into one: hybrid_search() runs them side by side on "
        "the server and fuses there, so that only {limit} articles travel instead of all candidates.",
        actual=len(searches),
        limit=LIMIT,
    )


@check("2.5", points=2, after=[fuses_by_rank], timed=True)
def is_as_fast_as_the_reference(library: Library, race: Race) -> None:
    """search_hybrid takes at most 1.3 times as long as the reference"""

    def questions() -> list[Sequence[object]]:
        asked = library.question()
        return [(library.milvus.endpoint(), library.collection, asked.words, asked.meaning, LIMIT)]

    def right(argss: list[Sequence[object]], results: list[Any]) -> None:
        one = int(library.rng.integers(len(results)))  # looking at all of them would take longer than the race
        _, _, words, meaning, _ = argss[one]
        lists = library.lists(Question(str(words), np.asarray(meaning, dtype=np.float32)))
        assert_fused(as_scored(results[one], "search_hybrid", LIMIT), lists, LIMIT, "search_hybrid")

    race.judge("search_hybrid", questions, right)


def _others(library: Library, everywhere: Sequence[tuple[int, float]], category: str | None) -> dict[str, list[int]]:
    """Return what the usual mistakes of a single search find."""
    if category is None:
        return {}
    keys = [key for key, _ in everywhere]
    return {
        "category_ignored": keys,
        "filtered_too_late": [key for key in keys if library.category_of(key) == category],
    }
