"""What the checks of 2.2 ask of tuning: recall counted right, a margin between gamble and waste, the cheapest value."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.stage2_core_features.word_hits import SEARCHES, searches_of
from checks.stage2_core_features.word_index import LEAST, Floats, K, Target, WordIndex, unseen
from fixtures.proxy import Proxy, proxy_to
from grader.check import because, returned, shortened
from grader.measured import Chart, Series
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_, Message

SAMPLES = 300
SAMPLE = 200
"""Queries in a sample: with fewer, recalls are so skewed that not even a textbook interval holds its 95 %."""
POPULATION = 40_000
JUST_BELOW = 1e-4
CLEARLY = 4.5
"""Standard errors: who is 95 % sure, sees that in 99 of 100 samples, and who wants three of them still in 88."""
MOST_GAMBLES = 0.15
"""Share of samples: the brief allows 0.05, an interval of the textbook takes 0.09 at most, the bare mean 0.5."""
FEWEST_SEEN = 0.7
MOST_REQUESTS = 30


def assert_shares(submission: Submission, rng: np.random.Generator) -> None:
    """Hold `recalls` against answers of which the right share is known, with every way to get it wrong among them."""
    truth = rng.permutation(1_000)[: 6 * K].reshape(6, K)
    foreign = 5_000 + rng.permutation(1_000)[: 3 * K]
    some = int(rng.integers(2, K - 2))
    found = [
        rng.permutation(truth[0]),
        np.concatenate([foreign[: K - some], truth[1, :some]]),
        truth[2, : some + 1],
        np.concatenate([truth[3, :1]] * (K - 2) + [truth[3, 1:3]]),
        foreign[K : 2 * K],
        np.array([], dtype=np.int64),
    ]
    expected = [1.0, some / K, (some + 1) / K, 3 / K, 0.0, 0.0]
    why = [
        ("order_matters", N_("All true neighbours were found, in another order. That is a recall of 1.")),
        ("wrong_share", N_("It is the share of the true neighbours that were found.")),
        ("precision", N_("Fewer than k were found, all of them right. Divide by the number of true neighbours.")),
        ("counted_twice", N_("One id was found several times, and counts once.")),
        ("wrong_share", N_("None of the true neighbours was found.")),
        ("precision", N_("Nothing was found at all.")),
    ]
    said = submission.call("recalls", [ids.tolist() for ids in found], truth)
    shares = returned(said.tolist() if isinstance(said, np.ndarray) else said, list[float | int], "recalls")
    assert len(shares) == len(found), because(
        "wrong_number_of_recalls",
        "recalls() was given the answers to {expected} queries and returned {actual} numbers: one for each is "
        "expected.",
        expected=len(found),
        actual=len(shares),
    )
    for ids, true, share, right, (reason, explanation) in zip(found, truth, shares, expected, why, strict=True):
        assert abs(share - right) < 1e-6, because(
            reason,
            "Called recalls([…, {found}, …], […, {truth}, …]). For that query it returned {actual}, and {expected} is "
            "right. {why}",
            found=shortened(ids.tolist()),
            truth=shortened(true.tolist()),
            actual=f"{share:.3g}",
            expected=f"{right:.3g}",
            why=Message(explanation),
        )


def assert_neither_gambles_nor_wastes(submission: Submission, rng: np.random.Generator) -> None:
    """Ask `is_sure` about hundreds of samples from queries whose recall is just below the target, or clearly above."""
    below, above = [], []
    for sample, mean, error in _samples(rng):
        below.append((sample, mean + JUST_BELOW))
        above.append((sample, mean - CLEARLY * error))
    order = rng.permutation(2 * SAMPLES)  # mixed: who answers in turn, without looking, is wrong in both
    answers = np.empty(2 * SAMPLES)
    answers[order] = _answers(submission, [[*below, *above][place] for place in order])
    gambles, seen = answers[:SAMPLES].mean(), answers[SAMPLES:].mean()
    assert gambles <= MOST_GAMBLES, because(
        "gambles",
        "is_sure() was asked about {samples} samples of {n} queries each, from settings whose recall is a hair below "
        "the target. It said yes to {share} of them; 5 % was asked for. The mean of a sample is too high half of "
        "the time: subtract from it what the mean of {n} queries is typically off, often enough to be 95 % sure.",
        samples=SAMPLES,
        n=SAMPLE,
        share=f"{gambles:.0%}",
    )
    assert seen >= FEWEST_SEEN, because(
        "too_careful",
        "is_sure() was asked about {samples} samples of {n} queries each, from settings whose recall is clearly above "
        "the target: by {errors} standard errors. It said yes to {share} of them only. So every search would pay for "
        "more than anybody needs. What counts is how far the mean of {n} queries may be off, not how far single "
        "queries lie apart.",
        samples=SAMPLES,
        n=SAMPLE,
        errors=f"{CLEARLY:g}",
        share=f"{seen:.0%}",
    )


def _samples(rng: np.random.Generator) -> list[tuple[Floats, float, float]]:
    """Draw samples of recalls from settings of different recall; with the true mean and the error of a sample's."""
    drawn = []
    for mean in rng.uniform(0.9, 0.96, SAMPLES // 10):
        spread = rng.uniform(8, 14)
        easy = rng.beta(mean * spread, (1 - mean) * spread, POPULATION)  # some queries are easier than others
        recalls = rng.binomial(K, easy) / K
        error = recalls.std() / np.sqrt(SAMPLE)
        drawn += [(rng.choice(recalls, SAMPLE), float(recalls.mean()), float(error)) for _ in range(10)]
    return drawn


def _answers(submission: Submission, questions: list[tuple[Floats, float]]) -> list[bool]:
    answers = submission.map("is_sure", questions)
    for answer in answers:
        if isinstance(answer, LearnerError):
            raise answer
    return [bool(returned(answer, bool, "is_sure")) for answer in answers]


def tuned(submission: Submission, index: WordIndex, queries: Floats, target: Target) -> int:
    """Have `tune` choose a value, and make sure that it is one."""
    truth = index.words.truth(queries).neighbours()
    asked, endpoint = unseen(queries), index.milvus.endpoint()
    said = submission.call("tune", endpoint, index.name, asked, truth, index.parameter, index.most, target.recall)
    return as_value(said, index)


def as_value(said: Any, index: WordIndex) -> int:
    """Return what `tune` said, if it is a value that the parameter may have."""
    value = int(returned(said, int, "tune"))
    assert LEAST[index.kind] <= value <= index.most, because(
        "out_of_range",
        "tune() returned {parameter}={value}, and it should lie between {least} and {most}.",
        parameter=index.parameter,
        value=value,
        least=LEAST[index.kind],
        most=index.most,
    )
    return value


def assert_reaches(index: WordIndex, value: int, target: Target) -> None:
    """Measure a choice on the held-out queries: it must reach the target, and not be too dear."""
    recall = index.recall(value)
    fields = {
        "parameter": index.parameter,
        "value": value,
        "target": f"{target.recall:.3f}",
        "recall": f"{recall.mean:.3f}",
        "low": f"{recall.low:.3f}",
        "high": f"{recall.high:.3f}",
        "queries": len(recall.of_queries),
        "smallest": target.smallest,
        "most": index.most,
    }
    assert recall.may_reach(target.recall), because(
        "misses_the_target",
        "tune() chose {parameter}={value} for a recall of {target}. On {queries} queries that it hasn't seen the "
        "recall is {recall} (between {low} and {high}), and {smallest} is the smallest value that passes. "
        "Is it measured over all the queries that were given and all their true neighbours, and did you ask is_sure()?",
        **fields,
    )
    assert value < index.most, because(
        "takes_the_maximum",
        "tune() chose the largest {parameter} that is allowed, {most}. {smallest} already reaches {target} on "
        "{queries} other queries: every search pays for the rest.",
        **fields,
    )
    assert value <= target.limit, because(
        "too_dear",
        "tune() chose {parameter}={value} for a recall of {target}, and {smallest} already reaches it on {queries} "
        "other queries; 1.5 times as much, {limit}, would have been all right. Are your steps too large, or is "
        "your margin?",
        limit=target.limit,
        **fields,
    )


def assert_few_requests(submission: Submission, index: WordIndex, queries: Floats, target: float, most: int) -> None:
    """Have `tune` choose through a proxy that counts."""
    truth = index.words.truth(queries).neighbours()
    with proxy_to(index.milvus.server.uri, keep=SEARCHES) as proxy:
        endpoint = index.milvus.through(proxy.uri)
        said = submission.call("tune", endpoint, index.name, queries, truth, index.parameter, most, target)
    as_value(said, index)
    assert_searched(proxy, len(queries))
    requests = searches_of(proxy)
    single = sum(proxy.decode(call).nq == 1 for call in requests)
    fields = {"requests": len(requests), "limit": MOST_REQUESTS, "queries": len(queries)}
    assert single <= MOST_REQUESTS, because(
        "one_query_a_request",
        "tune() was given {queries} queries and sent {requests} search requests, with one query in each. One request "
        "takes them all.",
        **fields,
    )
    assert len(requests) <= MOST_REQUESTS, because(
        "tries_every_value",
        "tune() sent {requests} search requests, and {limit} must be enough: it was free to choose between {least} and "
        "{most}. Recall grows with {parameter}: climb in steps of 10 or 20 %, or halve the interval.",
        parameter=index.parameter,
        least=LEAST[index.kind],
        most=most,
        **fields,
    )


def assert_raises(submission: Submission, index: WordIndex, queries: Floats, most: int, target: float) -> None:
    """Ask `tune` for what no allowed value reaches: it must say so, after having tried."""
    truth = index.words.truth(queries).neighbours()
    said, raised = None, False
    with proxy_to(index.milvus.server.uri, keep=SEARCHES) as proxy:
        endpoint = index.milvus.through(proxy.uri)
        try:
            said = submission.call("tune", endpoint, index.name, queries, truth, index.parameter, most, target)
        except LearnerError as error:
            if error.type != "ValueError":
                raise
            raised = True
    recall = index.recall(most)
    assert raised, because(
        "silent_when_nothing_reaches",
        "tune() was asked for a recall of {target} with {parameter} at most {most}, where the recall is {recall}. It "
        "returned {said}, as if that did. Its caller takes that for a promise: raise ValueError.",
        target=f"{target:g}",
        parameter=index.parameter,
        most=most,
        recall=f"{recall.mean:.2f}",
        said=shortened(said),
    )
    assert_searched(proxy, len(queries))


def assert_searched(proxy: Proxy, queries: int) -> None:
    """Make sure that `tune` searched with its queries through the client that it was given."""
    travelled = sum(proxy.decode(call).nq for call in searches_of(proxy))
    assert travelled >= queries // 2, because(
        "went_around",
        "tune() was given {queries} queries, and {travelled} travelled through the client that it was given. Measure "
        "each value by searching with that client.",
        queries=queries,
        travelled=travelled,
    )


def sweep_chart(index: WordIndex, value: int, target: Target, title: str, axis: str) -> Chart:
    """Draw the learner's choice beside the sweep that it is held against."""
    for each in (target.smallest // 2, target.limit):
        index.recall(max(each, LEAST[index.kind]))
    chosen = index.known[value]
    sweep = tuple((float(v), recall.mean, f"{index.parameter}={v}") for v, recall in sorted(index.known.items()))
    return Chart(
        title,
        x=axis,
        y=N_("recall@10 of held-out queries"),
        series=(
            Series(N_("sweep"), "reference", sweep),
            Series(N_("your choice"), "yours", ((float(value), chosen.mean, f"{index.parameter}={value}"),)),
        ),
        x_at_most=float(target.limit),
        y_at_least=target.recall,
        log_x=True,
    )
