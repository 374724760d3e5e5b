"""Which estimator tells a slow solution from a right one on a busy machine: the experiment behind grader/timing.py.

    python -m benchmarks.estimators record FILE        # times real searches on a private 2.3.5 server, about 20 minutes
    python -m benchmarks.estimators judge [FILE]       # what each estimator makes of these timings, or of those in docs

A trial is what a timed check does: two fresh processes, a warm-up, pairs of samples in random order with the grader's
clock around `Submission.map`. The slower solutions search twice (or three times) for some of the questions. Meanwhile
none, one or two processes burn a core each, changing about twice a second. All estimators judge the same timings; see
docs/measuring.md for what came out.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.estimator_rules import Rule, rules, share, trimmed_ratio
from fixtures.milvus import Milvus, workspace
from fixtures.serving import serve
from grader.racing import WARM_UPS, Race
from grader.runner.guard import Limits
from grader.runner.launch import Launcher, start_launcher
from grader.runner.source import Source
from grader.runner.submission import Submission
from infra.backends import private_server

TIMINGS = Path(__file__).parent / "timings.npz"
"""Those of docs/measuring.md: two cores, 2.3.5 server."""

ROWS, DIM, EF, K = 20_000, 64, 64, 10
LIMIT = 1.3

SEARCHES: dict[float, list[int]] = {
    1.0: [1, 1, 1, 1],
    1.5: [1, 2, 1, 2],
    3.0: [3, 3, 3, 3],
    1.2: [1, 1, 2, 1, 1],
    1.4: [1, 2, 1, 2, 1],
}
"""How often a solution searches for each question of a sample, by how many times as long that takes."""
PAIRS = {1.0: 144, 1.5: 144, 3.0: 48, 1.2: 144, 1.4: 144}

SOLUTION = f"""
def search(client, name, query, times):
    for _ in range(times):
        hits = client.search(
            name, [query], limit={K}, search_params={{"params": {{"ef": {EF}}}}}, consistency_level="Bounded"
        )[0]
    return [hit["id"] for hit in hits]
"""

BURNERS = 2
SWITCH_S = 0.5
LOADS = [0, 0, 1, 2]
"""How many cores are busy, each as likely."""


def main() -> None:
    """Record timings, or judge those of a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=["record", "judge"])
    parser.add_argument("file", type=Path, nargs="?", default=TIMINGS)
    parser.add_argument("--rounds", type=int, default=110)
    parser.add_argument("--calm", type=float, default=1e9, help="begin rounds below this load average only")
    parser.add_argument("--true", type=float, nargs="*", choices=list(SEARCHES), default=[1.0, 1.5, 3.0])
    options = parser.parse_args()
    if options.do == "record":
        if options.file == TIMINGS:
            parser.error("name a file to record into; the timings of docs/measuring.md stay as they are")
        _record(options.file, options.true, options.rounds, options.calm)
    else:
        _judge(options.file)


# Recording.


def _record(file: Path, trues: Sequence[float], rounds: int, calm: float) -> None:
    """Run a trial of each solution, over and over, in an order that changes, and add what each round brings to a file.

    One round in ten is without this program's own load. A round begins when others leave the machine that calm.
    """
    launcher = start_launcher()
    with private_server("server") as server, workspace(server) as milvus, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "solution.py"
        path.write_text(SOLUTION, encoding="utf-8")
        trial = _Trial(milvus, _filled(milvus), Source("solution", path), launcher)
        for number in range(rounds):
            while os.getloadavg()[0] > calm:
                time.sleep(1)
            load = round(100 * os.getloadavg()[0])
            kind, burning = ("quiet", contextlib.nullcontext()) if number % 10 == 9 else ("busy", _changing_load())
            with burning:
                taken = {true: trial.run(true) for true in random.sample(list(trues), len(trues))}
            _add(file, {f"{kind}_{true:g}": rows for true, rows in taken.items()} | {f"{kind}_load": load})
            print(f"{number + 1} of {rounds} rounds, load before it {load / 100}", flush=True)  # noqa: T201
    launcher.close()


def _add(file: Path, taken: Mapping[str, Any]) -> None:
    """Add one row to each array of a file."""
    there = dict(np.load(file)) if file.exists() else {}
    for name, row in taken.items():
        new = np.array([row], dtype=np.uint32)
        there[name] = np.concatenate([there[name], new]) if name in there else new
    np.savez_compressed(file, **there)


class _Trial:
    """Runs what a timed check runs."""

    def __init__(self, milvus: Milvus, collection: str, source: Source, launcher: Launcher) -> None:
        self._milvus = milvus
        self._collection = collection
        self._source = source
        self._launcher = launcher
        self._rng = np.random.default_rng()

    def run(self, true: float) -> list[Sequence[int]]:
        """Return for each pair the microseconds of the solution, the reference, the channel, and of all around it."""
        sides = submission, reference = [Submission(self._source, self._launcher, Limits()) for _ in range(2)]
        for side in sides:
            side.warm_up(self._milvus.endpoint())
        race = Race(submission, reference, self._rng)
        rows: list[Sequence[int]] = []
        try:
            for _ in range(WARM_UPS + PAIRS[true]):
                began = time.perf_counter()
                calls = self._calls(SEARCHES[true]), self._calls([1] * len(SEARCHES[true]))
                timed = race.pair("search", *calls, _finds_enough)
                all_in_all = time.perf_counter() - began
                rows.append([round(s * 1e6) for s in (*timed.seconds, timed.channel_s, all_in_all)])
        finally:
            for side in sides:
                side.close()
        return rows[WARM_UPS:]

    def _calls(self, searches: list[int]) -> list[Sequence[object]]:
        queries = self._rng.normal(size=(len(searches), DIM)).tolist()
        place = self._milvus.endpoint()
        return [(place, self._collection, query, times) for query, times in zip(queries, searches, strict=True)]


def _finds_enough(_argss: list[Sequence[object]], results: list[Any]) -> None:
    assert all(len(found) == K for found in results)


def _filled(milvus: Milvus) -> str:
    """Return a collection that serves an HNSW index."""
    name = milvus.new_name("estimators")
    schema = milvus.client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=DIM)
    index = milvus.client.prepare_index_params()
    params = {"M": 16, "efConstruction": 100}
    index.add_index("embedding", index_type="HNSW", metric_type="L2", params=params)
    vectors = np.random.default_rng(1).normal(size=(ROWS, DIM)).tolist()
    serve(milvus, name, schema, index, [{"id": key, "embedding": vector} for key, vector in enumerate(vectors)])
    return name


@contextlib.contextmanager
def _changing_load() -> Iterator[None]:
    """Keep zero to all burners running, another number about every half second."""
    burn = f"import os\nwhile os.getppid() == {os.getpid()}: sum(range(100_000))"
    burners = [subprocess.Popen([sys.executable, "-c", burn]) for _ in range(BURNERS)]
    over = threading.Event()

    def change() -> None:
        while not over.wait(random.expovariate(1 / SWITCH_S)):
            running = random.choice(LOADS)
            for number, burner in enumerate(burners):
                burner.send_signal(signal.SIGCONT if number < running else signal.SIGSTOP)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for burner in burners:
            burner.kill()
            burner.wait()


# Judging.


def _judge(file: Path) -> None:
    """Print what the timings are like, and how each rule does on them."""
    timings = np.load(file)
    trues = [true for true in sorted(SEARCHES) if f"busy_{true:g}" in timings.files]
    trials = {true: timings[f"busy_{true:g}"] / 1e6 for true in trues}
    console = Console(width=200, highlight=False)
    console.print(_described(timings, trues))
    columns = [f"{true:g} ×, {len(trials[true])} trials" for true in trues]
    table = Table("rule", *columns, box=box.MARKDOWN)
    for rule in rules(LIMIT):
        table.add_row(rule.name, *(_cell(rule, trials[true], true) for true in trues))
    console.print(
        f"Limit {LIMIT} ×: wrong (upper end of the 95 % interval of that share), undecided, seconds.\n", table
    )


def _described(timings: Any, trues: Sequence[float]) -> Table:
    table = Table(
        "searches",
        "load",
        "ratio",
        "without channel",
        "reference ms",
        "channel ms",
        "noise of a pair, %",
        box=box.MARKDOWN,
    )
    for true in trues:
        for kind in ("quiet", "busy"):
            rows = timings[f"{kind}_{true:g}"].reshape(-1, 4) / 1e3
            solution, reference, channel = rows[:, 0], rows[:, 1], float(np.median(rows[:, 2]))
            logs = np.log(solution / reference)
            table.add_row(
                f"{true:g} ×",
                f"{kind}, {len(rows)} pairs",
                f"{float(trimmed_ratio(solution, reference)):.3f}",
                f"{float(trimmed_ratio(solution - channel, np.maximum(reference - channel, reference / 10))):.3f}",
                f"{np.median(reference):.1f}",
                f"{channel:.1f}",
                f"{100 * np.expm1(1.4826 * np.median(np.abs(logs - np.median(logs)))):.0f}",
            )
    return table


def _cell(rule: Rule, trials: npt.NDArray[np.float64], true: float) -> str:
    if rule.looks[0] * rule.merged > trials.shape[1]:
        return "–"
    rng = np.random.default_rng(0)
    decided = [rule.decide(trial, LIMIT, rng) for trial in trials]
    verdicts = [verdict for verdict, _ in decided]
    wrong, _, at_most = share(verdicts.count("beyond" if true < LIMIT else "within"), len(verdicts))
    seconds = float(np.mean([spent for _, spent in decided]))
    return f"{wrong} (≤ {at_most:.0%}), {verdicts.count('undecided')}, {seconds:.1f}"


if __name__ == "__main__":
    main()
