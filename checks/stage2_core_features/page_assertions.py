"""What the checks of 2.2 ask of pages: all together they are the nearest rows, each once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from checks.stage2_core_features.word_hits import SEARCHES, Hits, as_hits, limit_of, searches_of
from checks.stage2_core_features.word_index import Floats, WordIndex
from fixtures.proxy import proxy_to
from fixtures.recall import TIE
from fixtures.signatures import overlap
from grader.check import because, shortened
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission

DEEPEST = 200
SIZE = 20
PAGES = DEEPEST // SIZE
MOST_LOST = 0.02
"""Share of the hits that may be missing, as the brief says."""


@dataclass(frozen=True)
class Leaves:
    """The pages that the learner's code returned for one query.

    Attributes:
        pages: in order, from page 1.
        closeness: how near each row is to the query, shape (rows,).
        truth: keys of the nearest rows, nearest first.
    """

    pages: Sequence[Hits]
    closeness: npt.NDArray[np.float64]
    truth: list[int]

    @property
    def keys(self) -> list[int]:
        """The keys of all hits, one page after another."""
        return [key for page in self.pages for key, _ in page]


def leaf_through(submission: Submission, index: WordIndex, queries: Floats) -> list[Leaves]:
    """Have `page` return every page for some queries."""
    endpoint = index.milvus.endpoint()
    argss = [(endpoint, index.name, query, number, SIZE) for query in queries for number in range(1, PAGES + 1)]
    answers = submission.map("page", argss)
    pages = []
    for arguments, answer in zip(argss, answers, strict=True):
        if isinstance(answer, LearnerError):
            raise answer
        pages.append(as_hits(answer, "page", f"page(client, name, vector, {arguments[3]}, {SIZE})"))
    truth = index.words.truth(queries, DEEPEST)
    return [
        Leaves(pages[start : start + PAGES], near, nearest)
        for start, near, nearest in zip(
            range(0, len(pages), PAGES), truth.closeness, truth.neighbours().tolist(), strict=True
        )
    ]


def assert_leaves(leaves: Sequence[Leaves]) -> None:
    """Compare the pages of some queries with the nearest rows."""
    for each in leaves:
        _assert_whole(each)
    _assert_begins_with_the_first(leaves)
    lost = float(np.mean([_lost(each) for each in leaves]))
    assert lost <= MOST_LOST * DEEPEST, because(
        "lost",
        "The {pages} pages of {size} hits lose rows: for a query, {lost} rows on average are nearer than the last "
        "hit, and on no page; {limit} may be missing of {hits}. Either the pages don't join, or ef is too small. What "
        "Milvus takes for ef if you don't say is small, and may grow with the page; give every page the same ef, well "
        "above {hits}.",
        pages=PAGES,
        size=SIZE,
        lost=f"{lost:.1f}",
        limit=round(MOST_LOST * DEEPEST),
        hits=DEEPEST,
    )
    for each in leaves:
        _assert_each_once(each)
        _assert_in_order(each)


def assert_asks_for_one_page(submission: Submission, index: WordIndex, query: Floats) -> None:
    """Have `page` return a late page through a proxy that sees what is asked for."""
    number = PAGES - 1
    call = f"page(client, name, vector, {number}, {SIZE})"
    with proxy_to(index.milvus.server.uri, keep=SEARCHES) as proxy:
        said = submission.call("page", index.milvus.through(proxy.uri), index.name, query, number, SIZE)
    hits = as_hits(said, "page", call)
    near = index.words.truth(query[None], DEEPEST).closeness[0]
    wanted = np.argsort(-near, kind="stable")[(number - 1) * SIZE : number * SIZE].tolist()
    assert overlap([[key for key, _ in hits]], [wanted]) > 0.5, because(
        "other_page",
        "Called {call}. It returned {actual}, and on that page belong {expected}.",
        call=call,
        actual=shortened([key for key, _ in hits]),
        expected=shortened(wanted),
    )
    asked = [limit_of(proxy.decode(each)) for each in searches_of(proxy)]
    assert asked, because(
        "went_around", "Called {call}. No search went through the client that it was given.", call=call
    )
    assert sum(asked) <= SIZE, because(
        "fetches_earlier_pages",
        "Called {call}. It asked Milvus for {asked} hits in {requests} requests and threw away all but {size}: they "
        "all travel. offset has Milvus skip them.",
        call=call,
        asked=sum(asked),
        requests=len(asked),
        size=SIZE,
    )


def _assert_whole(leaves: Leaves) -> None:
    for number, page in enumerate(leaves.pages, 1):
        assert len(page) == SIZE, because(
            "short_page",
            "Called page(client, name, vector, {number}, {size}). It returned {actual} hits, and there are enough for "
            "a whole page.",
            number=number,
            size=SIZE,
            actual=len(page),
        )
    unknown = [key for key in leaves.keys if not 0 <= key < len(leaves.closeness)]
    assert not unknown, because(
        "foreign_ids", "page() returned ids that nobody has stored: {ids}.", ids=shortened(unknown)
    )


def _assert_begins_with_the_first(leaves: Sequence[Leaves]) -> None:
    firsts = [[key for key, _ in each.pages[0]] for each in leaves]
    seconds = [each.truth[SIZE : 2 * SIZE] for each in leaves]
    assert overlap(firsts, seconds) < overlap(firsts, [each.truth[:SIZE] for each in leaves]), because(
        "counts_from_zero",
        "Page 1 of {size} hits should hold the nearest {size}, and it holds the ones after them: nobody ever sees the "
        "best. Page 1 skips nothing.",
        size=SIZE,
    )


def _lost(leaves: Leaves) -> int:
    """Count the rows that are nearer than the farthest hit, and on no page."""
    near = leaves.closeness
    last = min(near[key] for key in leaves.keys)
    nearer = np.flatnonzero(near > last + TIE * abs(last)).tolist()
    return len(set(nearer) - set(leaves.keys))


def _assert_each_once(leaves: Leaves) -> None:
    keys = leaves.keys
    twice = len(keys) - len(set(keys))
    assert not twice, because(
        "overlap",
        "The {pages} pages of {size} hits overlap: {twice} of them were on a page before. Page n skips (n - 1) × "
        "{size} hits, and every page has the same ef.",
        pages=PAGES,
        size=SIZE,
        twice=twice,
    )


def _assert_in_order(leaves: Leaves) -> None:
    near = [leaves.closeness[key] for key in leaves.keys]
    falling = all(later <= earlier + 1e-5 for earlier, later in pairwise(near))
    assert falling, because(
        "wrong_order",
        "The hits of {pages} pages, one page after another, aren't the nearest first: their similarities are {actual}.",
        pages=PAGES,
        actual=shortened([round(float(each), 3) for each in near]),
    )
    wrong = [
        (s, leaves.closeness[key]) for page in leaves.pages for key, s in page if abs(s - leaves.closeness[key]) > 1e-3
    ]
    assert not wrong, because(
        "wrong_scores",
        "The pages hold the right rows, but the score {actual} for one whose cosine similarity is {expected}.",
        actual=f"{wrong[0][0]:.4f}" if wrong else "",
        expected=f"{wrong[0][1]:.4f}" if wrong else "",
    )
