"""A race on real processes and milvus-lite: who is slow, who is wrong, and who works while the other is timed.

No test looks at how long anything takes: whoever is slow takes several times as long as the reference beside it.
"""

from __future__ import annotations

import itertools
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from fixtures.milvus import Milvus, workspace
from fixtures.vectors import best, cosine
from grader import racing
from grader.check import NotGraded, Reason, because
from grader.racing import WARM_UPS, Race, ReferenceFailed
from grader.runner import standstill
from grader.runner.errors import LearnerError
from grader.runner.guard import Limits
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.runner.submission import Submission
from grader.timing import Ratio
from infra.backends import shared_server

ROWS, DIM, K = 400, 16, 5
VECTORS = np.random.default_rng(7).normal(size=(ROWS, DIM)).astype(np.float32)

Calls = list[Sequence[object]]
Draw = Callable[[], Calls]
Submit = Callable[[str], Submission]
Start = Callable[..., Race]

REFERENCE = """
import time

PACE = 1

def search(client, name, query):
    time.sleep(0.02 * PACE)
    hits = client.search(name, [query], limit=5, consistency_level="Bounded")[0]
    return [hit["id"] for hit in hits]
"""
"""It sleeps, which a busy machine doesn't stretch, so that nothing here is undecided."""
SLOW = REFERENCE.replace("PACE = 1", "PACE = 4")
REMEMBERING = f"""
{SLOW}
known = {{}}
search_slowly = search

def search(client, name, query):
    if tuple(query) not in known:
        known[tuple(query)] = search_slowly(client, name, query)
    return known[tuple(query)]
"""
CHANGING = f"""
{REFERENCE}
calls = 0
search_well = search

def search(*args):
    global calls
    calls += 1
    return search_well(*args) if calls <= {WARM_UPS} + 5 else change()
"""


@pytest.fixture(scope="module")
def milvus(state_dir: Path) -> Iterator[Milvus]:
    assert state_dir.is_dir()
    with workspace(shared_server("lite")) as opened:
        yield opened


@pytest.fixture(scope="module")
def questions(milvus: Milvus) -> Draw:
    """Draw one question after another about a collection whose exact neighbours are known."""
    name = milvus.new_name("films")
    milvus.client.create_collection(name, dimension=DIM, metric_type="COSINE", timeout=30)
    rows = [{"id": key, "vector": vector.tolist()} for key, vector in enumerate(VECTORS)]
    milvus.client.insert(name, rows, timeout=20)
    assert milvus.count(name) == ROWS
    rng = np.random.default_rng(3)
    return lambda: [(milvus.endpoint(), name, rng.normal(size=DIM).tolist())]


@pytest.fixture
def submit(tmp_path: Path, launcher: Launcher) -> Iterator[Submit]:
    """Make submissions out of source texts; all are closed at the end."""
    made: list[Submission] = []

    def make(text: str) -> Submission:
        path = tmp_path / f"answer{len(made)}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        made.append(Submission(Source("test", path), launcher, Limits()))
        return made[-1]

    yield make
    for submission in made:
        submission.close()


@pytest.fixture
def start(submit: Submit) -> Start:
    """Line up a race between two source texts."""

    def line_up(learner: str, reference: str = REFERENCE) -> Race:
        return Race(submit(learner), submit(reference), np.random.default_rng(0))

    return line_up


def finds_neighbours(argss: Calls, results: list[Any]) -> None:
    for (_, _, query), found in zip(argss, results, strict=True):
        expected = best(cosine(np.array(query), VECTORS), K).tolist()
        if found != expected:  # no `assert`: pytest would put a text in the place of the reason
            raise AssertionError(because("wrong_neighbours", "{found}, not {expected}", found=found, expected=expected))


def reason_of(action: Callable[[], object]) -> Reason:
    with pytest.raises(AssertionError) as caught:
        action()
    reason = caught.value.args[0]
    assert isinstance(reason, Reason)
    return reason


def test_the_reference_passes_and_its_numbers_fit_together(start: Start, questions: Draw) -> None:
    raced = start(REFERENCE).judge("search", questions, finds_neighbours)
    assert raced.ratio.verdict == "within"
    assert raced.ratio.low <= raced.ratio.estimate <= raced.ratio.high <= raced.limit == 1.3
    assert raced.limit_ms == pytest.approx(1.3 * raced.reference_ms)
    shown = str(raced.message())
    assert shown.startswith("p50 ")
    assert f"(1.3 × the reference's {raced.fields()['reference']} ms here, {raced.ratio.pairs} pairs)" in shown


def test_who_takes_several_times_as_long_is_too_slow(start: Start, questions: Draw) -> None:
    reason = reason_of(lambda: start(SLOW).judge("search", questions, finds_neighbours))
    assert reason.id == "too_slow"
    assert str(reason).startswith("search() answers right but slowly: p50 ")
    assert 2 < float(reason.fields["ratio"]) < 4.5


def test_a_limit_that_allows_it_lets_it_pass(start: Start, questions: Draw) -> None:
    raced = start(SLOW).judge("search", questions, finds_neighbours, limit=8)
    assert raced.ratio.low > 1.3
    assert raced.p50_ms > raced.reference_ms


def test_answers_are_looked_at_while_they_are_timed(start: Start, questions: Draw) -> None:
    guessing = CHANGING.replace("change()", "[1, 2, 3, 4, 5]")
    reason = reason_of(lambda: start(guessing).judge("search", questions, finds_neighbours))
    assert reason.id == "wrong_neighbours"


def test_remembered_answers_gain_nothing(start: Start, questions: Draw) -> None:
    reason = reason_of(lambda: start(REMEMBERING).judge("search", questions, finds_neighbours))
    assert reason.id == "too_slow"


def test_remembered_answers_would_win_if_a_question_came_again(start: Start, questions: Draw) -> None:
    """The control of the test above: a cache is useless since every question is new."""
    same = questions()
    assert start(REMEMBERING).judge("search", lambda: same, finds_neighbours).ratio.high < 1


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ("int('no number')", "raised", "invalid literal for int() with base 10: 'no number'"),
        ("__import__('os')._exit(3)", "crashed", "exit code 3"),
    ],
)
def test_what_a_learner_ends_with_comes_through(
    start: Start, questions: Draw, change: str, kind: str, message: str
) -> None:
    with pytest.raises(LearnerError) as caught:
        start(CHANGING.replace("change()", change)).judge("search", questions, finds_neighbours)
    assert (caught.value.kind, caught.value.message) == (kind, message)


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param("def search(*args): return 1 / 0", id="raises"),
        pytest.param("def search(*args): return []", id="wrong"),
        pytest.param("no python", id="not loaded"),
    ],
)
def test_what_is_wrong_with_the_reference_is_not_held_against_the_learner(
    start: Start, questions: Draw, reference: str
) -> None:
    with pytest.raises(ReferenceFailed):
        start(REFERENCE, reference).judge("search", questions, finds_neighbours)


def test_both_sides_get_as_many_calls(start: Start, questions: Draw) -> None:
    sizes: list[int] = []
    start(REFERENCE).judge("search", questions, lambda argss, _: sizes.append(len(argss)), calls_per_sample=3)
    assert sizes[: 2 * WARM_UPS] == [1] * 2 * WARM_UPS
    assert set(sizes[2 * WARM_UPS :]) == {3}
    assert len(sizes) % 2 == 0


def test_a_draw_that_changes_its_size_is_the_checks_mistake(start: Start, questions: Draw) -> None:
    growing = itertools.count(1)
    with pytest.raises(ValueError, match="must draw as many"):
        start(REFERENCE).judge("search", lambda: questions() * next(growing), finds_neighbours)


@pytest.mark.parametrize(
    ("ratio", "error", "id_"),
    [
        (Ratio(1.6, 1.5, 1.7, 24, 0.1, "beyond"), AssertionError, "too_slow"),
        (Ratio(1.29, 1.26, 1.32, 60, 0.1, "undecided"), NotGraded, "too_close"),
        (Ratio(1.2, 0.9, 1.6, 60, 0.8, "undecided"), NotGraded, "too_noisy"),
    ],
)
def test_a_race_that_is_not_won_says_why(
    start: Start, questions: Draw, monkeypatch: pytest.MonkeyPatch, ratio: Ratio, error: type[Exception], id_: str
) -> None:
    def decided(next_pair: Callable[[], object], *_: object) -> Ratio:
        next_pair()
        return ratio

    monkeypatch.setattr(racing, "decide", decided)
    with pytest.raises(error) as caught:
        start(REFERENCE).judge("search", questions, finds_neighbours)
    reason = caught.value.args[0]
    assert (reason.id, reason.fields["pairs"]) == (id_, ratio.pairs)
    assert f"{ratio.low:.2f}" in str(reason)


LEAVING = f"""
{REFERENCE}
import subprocess
import sys

WAIT = [sys.executable, "-c", "import time; time.sleep(600)"]
LEAVE = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:], start_new_session=True, stdout=2).pid)"

def leave_at_work():
    child, apart = subprocess.Popen(WAIT), subprocess.Popen(WAIT, start_new_session=True)
    orphan = int(subprocess.check_output([sys.executable, "-c", LEAVE, *WAIT]))
    return [child.pid, apart.pid, orphan]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux marks learner code and hands orphans to the zygote")
def test_what_a_learner_left_at_work_stands_still_unless_it_is_timed(
    submit: Submit, questions: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "LOOK_EVERY", 1)
    learner = submit(LEAVING)
    left = [psutil.Process(pid) for pid in learner.call("leave_at_work")]
    assert not any(is_stopped(process) for process in left)
    stood_still: list[bool] = []

    def all_stand_still(_argss: Calls, _results: list[Any]) -> None:
        stood_still.append(all(soon(lambda process=process: is_stopped(process)) for process in left))

    Race(learner, submit(REFERENCE), np.random.default_rng(0)).judge("search", questions, all_stand_still, limit=100)
    assert len(stood_still) > 2 * WARM_UPS
    assert all(stood_still)
    assert all(soon(lambda process=process: not is_stopped(process)) for process in left)


def is_stopped(process: psutil.Process) -> bool:
    return process.status() == psutil.STATUS_STOPPED


def soon(happens: Callable[[], bool], limit_s: float = 5.0) -> bool:
    """Wait until something happens that the system may need a moment for."""
    deadline = time.monotonic() + limit_s
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True
