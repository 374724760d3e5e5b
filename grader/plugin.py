"""The pytest plugin: collects checks, runs each one against learner code, and turns its runs into one verdict.

pytest finds the checks, sets up their fixtures and reports what they raise; `grader.verdict.judge` decides. One plugin
object stands for one grading run and holds what its checks share: the launcher, the servers and the databases.
"""

from __future__ import annotations

import contextlib
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from fixtures.milvus import Milvus
from grader.attempt import Attempt, outcome_of, time_limit
from grader.check import Check, because, declared
from grader.kept import Kept
from grader.measured import Measured
from grader.places import Places
from grader.plan import Plan
from grader.racing import Race
from grader.references import MISSING
from grader.runner.handing import handed_out
from grader.runner.launch import Launcher, LaunchError
from grader.runner.source import Source
from grader.runner.submission import Submission
from grader.verdict import Opinions, Outcome, Status, Verdict, Where, Who, judge
from infra.abilities import WITHOUT
from infra.backends import BackendError, is_alive
from infra.backends.locks import timing_lock
from infra.endpoint import Endpoint
from infra.messages import Message

LATE = ("time_limit",)
"""Reasons that a busy machine can bring about."""
ATTEMPT = pytest.StashKey[Attempt]()


class Grading:
    """The plugin object of one grading run."""

    def __init__(
        self,
        plan: Plan,
        launcher: Launcher,
        places: Places,
        opinions: Opinions,
        begin: Callable[[Check], None],
        end: Callable[[Verdict], None],
    ) -> None:
        self._plan = plan
        self._references = {id_: source.hold() for id_, source in plan.references.items()}
        self._launcher = launcher
        self._places = places
        self._opinions = opinions
        self._begin = begin
        self._end = end
        self._made: dict[tuple[Source, str, str], Any] = {}
        self._spare: Submission | None = None
        self._lacking: frozenset[str] | None = None
        self._stopped_by: BackendError | None = None
        self._used_s = 0.0
        self._late_alone = False
        self.verdicts: list[Verdict] = []
        self.collected: list[Check] = []
        self.errors: list[str] = []

    # Collection: exactly the functions that @check declares.

    def pytest_pycollect_makeitem(
        self, collector: pytest.Module | pytest.Class, name: str, obj: object
    ) -> list[pytest.Function]:
        """Take what `@check` declares in this module, and nothing else."""
        own = getattr(obj, "__module__", None) == collector.obj.__name__
        if own and hasattr(obj, "__dojo__"):
            return [pytest.Function.from_parent(collector, name=name)]
        return []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a check module couldn't be imported: the kit's own trouble."""
        if report.failed:
            self.errors.append(str(report.longrepr))

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Note which checks there are, then leave out those that nobody asked for."""
        self.collected = [declared(item.function) for item in items]
        for check in self.collected:
            unknown = self._needs(check) - WITHOUT.keys()
            self.errors += [f"{check.id} needs {need}, which is no ability" for need in unknown]
        items[:] = [item for item in items if self.wants(declared(item.function))]

    def wants(self, check: Check) -> bool:
        """Say whether this run is to run a check."""
        return self._plan.only is None or check.name in _with_dependencies(self.collected, self._plan.only)

    # Fixtures that every check may ask for.

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest, milvus: Milvus) -> Iterator[Submission]:
        """The code that is graded, in a process of its own."""
        attempt = request.node.stash[ATTEMPT]
        place = milvus.endpoint()
        attempt.submission = self._warm_submission(attempt, place)
        if attempt.where == "shared" and not declared(request.node.function).timed:
            self._warm_up_next(attempt, place)
        try:
            yield attempt.submission
        finally:
            attempt.submission.close()

    @pytest.fixture
    def milvus(self, request: pytest.FixtureRequest) -> Milvus:
        """A real Milvus with a database that belongs to this run."""
        milvus: Milvus = request.node.stash[ATTEMPT].milvus
        return milvus

    @pytest.fixture
    def kept(self, request: pytest.FixtureRequest, milvus: Milvus) -> Kept:
        """Keep what is costly to make on this server, for the checks of this submission that follow."""
        return Kept(self._made, request.node.stash[ATTEMPT].source, milvus.database)

    @pytest.fixture
    def measured(self, request: pytest.FixtureRequest) -> Callable[[Measured], None]:
        """Take a chart or a table of what a check has measured, for the report."""
        take: Callable[[Measured], None] = request.node.stash[ATTEMPT].measured.append
        return take

    @pytest.fixture
    def race(
        self, request: pytest.FixtureRequest, submission: Submission, milvus: Milvus, rng: np.random.Generator
    ) -> Iterator[Race]:
        """The code that is graded against the reference, in equal processes on the same server; for timed checks."""
        assert declared(request.node.function).timed, "who races must be alone: @check(…, timed=True)"
        attempt = request.node.stash[ATTEMPT]
        source = self._references[declared(request.node.function).exercise]
        reference = Submission(source, self._launcher, attempt.limits)
        reference.warm_up(milvus.endpoint())
        try:
            yield Race(submission, reference, rng)
        finally:
            reference.close()

    @pytest.fixture(autouse=True, scope="session")
    def files_for_learners(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        """Let learner code read what checks write for it, wherever it runs."""
        with handed_out(tmp_path_factory.getbasetemp()):
            yield

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Chance that is new in every run, and the same again with `DOJO_SEED`."""
        return np.random.default_rng([self._plan.seed, zlib.crc32(request.node.name.encode())])

    def _warm_submission(self, attempt: Attempt, place: Endpoint) -> Submission:
        """Return the submission that was warmed up for this place during the check before, or a new one."""
        spare = self._spare
        if spare is not None and (spare.source, spare.place) == (attempt.source, place) and spare.is_running:
            self._spare = None
            return spare
        self._close_spare()
        return Submission(attempt.source, self._launcher, attempt.limits)

    def _warm_up_next(self, attempt: Attempt, place: Endpoint) -> None:
        self._spare = Submission(attempt.source, self._launcher, attempt.limits)
        with contextlib.suppress(LaunchError):
            self._spare.warm_up(place)

    def close(self) -> None:
        """End what still waits for a check, and drop what this run has made: a loaded collection costs the server."""
        self._close_spare()
        self._places.clear()

    def _close_spare(self) -> None:
        if self._spare is not None:
            self._spare.close()
        self._spare = None

    # Running: one check, as many attempts as its verdict takes.

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> bool:
        """Judge one check."""
        check = declared(item.function)
        self._begin(check)
        try:
            verdict = self._without_running(check) or self._without_reference(item) or self._judged(item, check)
        except BackendError as error:  # there is no server any more, and none can be started
            self._stopped_by, item.session.shouldstop = error, "no server"
            return True
        self.verdicts.append(verdict)
        self._end(verdict)
        return True

    def pytest_sessionfinish(self) -> None:
        """End the run with what stopped it, which pytest would print as a crash of its own."""
        if self._stopped_by is not None:
            raise self._stopped_by

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Keep the first exception of an attempt as the object that it is."""
        attempt = item.stash[ATTEMPT]
        if call.excinfo is not None and attempt.error is None:
            attempt.error = call.excinfo.value
        return (yield)

    def _judged(self, item: pytest.Function, check: Check) -> Verdict:
        began = time.monotonic()
        status, outcome = self._judged_beside_others(item, check, alone=check.timed)
        late = outcome.reason is not None and outcome.reason.id in LATE
        among_others = self._plan.crowd is not None and self._plan.crowd.others
        if among_others and late and status == "fail" and not (check.timed or self._late_alone):
            # Others kept the machine busy. Who was late without them once is to blame, and they needn't wait again.
            status, outcome = self._judged_beside_others(item, check, alone=True)
            self._late_alone = status == "fail"
        return Verdict(check, status, outcome, seconds=time.monotonic() - began)

    def _judged_beside_others(self, item: pytest.Function, check: Check, alone: bool) -> tuple[Status, Outcome]:
        with timing_lock(alone):
            began = time.monotonic()
            try:
                attempt = partial(self._attempt, item)
                return judge(check, attempt, self._opinions, referenced=bool(self._references))
            finally:
                self._used_s += time.monotonic() - began

    def _without_running(self, check: Check) -> Verdict | None:
        """Return the verdict of a check that the backend can't show, or that builds on one that didn't pass."""
        missing = sorted(self._needs(check) & self._lacks())
        if missing:
            reason = because(
                "backend_lacks", "{backend} can't show it: {why}", backend=self._places.version, why=WITHOUT[missing[0]]
            )
            return Verdict(check, "not_graded", Outcome("lacking", reason))
        if self._plan.crowd is not None and self._used_s > self._plan.crowd.budget_s:
            reason = because(
                "budget_used_up",
                "not run: the checks before it took {seconds:.0f} s with this code, and all of them together may take "
                "{budget:.0f} s",
                seconds=self._used_s,
                budget=self._plan.crowd.budget_s,
            )
            return Verdict(check, "fail", Outcome("failed", reason))
        ended = {verdict.check.id: verdict for verdict in self.verdicts}
        for name in check.after:
            before = ended[f"{check.exercise}/{name}"]
            if before.status != "pass":
                reason = because(
                    "not_run", 'not run, since it builds on "{parent}"', parent=Message(before.check.title)
                )
                return Verdict(check, before.status, Outcome(before.outcome.kind, reason), blocked_by=name)
        return None

    def _without_reference(self, item: pytest.Function) -> Verdict | None:
        """Return the verdict of a race in a repository that has nobody to race against."""
        if self._references or "race" not in item.fixturenames:
            return None
        reason = because(
            MISSING,
            "this repository has no reference solution to time your code against; your teacher's class run grades it",
        )
        return Verdict(declared(item.function), "not_graded", Outcome("not_shown", reason))

    def _lacks(self) -> frozenset[str]:
        """Look up what the backend lacks, before any learner code runs: what that writes into the cache is too late."""
        if self._lacking is None:
            needs = frozenset[str]().union(*(self._needs(check) for check in self.collected))
            self._lacking = frozenset(need for need in needs if not self._places.has(need))
        return self._lacking

    def _needs(self, check: Check) -> frozenset[str]:
        return check.needs | self._plan.needs[check.exercise]

    def _attempt(self, item: pytest.Function, who: Who, where: Where) -> Outcome:
        check = declared(item.function)
        code = self._plan.sources if who == "submission" else self._references
        attempt = item.stash[ATTEMPT] = Attempt(code[check.exercise], self._plan.limits[check.exercise], where)
        if where != "shared":
            self._close_spare()  # alone means: no learner code waits beside it for its turn either
        began = time.monotonic()
        try:
            with self._places.open(where) as attempt.milvus, time_limit(check.limit_s):
                item._initrequest()
                runtestprotocol(item, log=False, nextitem=None)
                # Asked after a pass too: what took the server's place answers whatever a check wants to hear.
                attempt.server_is_gone = not is_alive(attempt.milvus.server)
        except Exception as error:  # noqa: BLE001 - nothing that the kit does may end the run
            attempt.error = attempt.error or error
        outcome = outcome_of(attempt, time.monotonic() - began)
        if outcome.kind == "broken" and where == "shared":
            self._places.renew()
        return outcome


def _with_dependencies(checks: list[Check], names: frozenset[str]) -> set[str]:
    by_name = {check.name: check for check in checks}
    wanted: set[str] = set()
    pending = [name for name in names if name in by_name]
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.add(name)
            pending.extend(by_name[name].after)
    return wanted
