"""`nox -s bench -- compare`: the harness of 3.4 over Milvus, faiss, hnswlib and numpy, on the same vectors, in turn.

Writes the tables between the marks in docs/benchmark.md, and the picture beside it. Every figure is the median of some
rounds, in each of which every contender had its turn. Where Milvus' time goes, `benchmarks.path` measures.
"""

from __future__ import annotations

import contextlib
import importlib.util
import multiprocessing
import platform
import statistics
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

from rich.console import Console

from benchmarks.contenders import CONTENDERS, EF_CONSTRUCTION, QUERIES, K, M, clock, data, resident_mib
from benchmarks.path import path_table
from fixtures.recall import exact
from grader.curriculum import ROOT, find
from grader.storage import write_text
from infra.backends import Server, private_server
from infra.endpoint import Endpoint

ROUNDS = 2
WARM_UP = 100
WORKERS = 4
TARGET = 0.95
PAGE = ROOT / "docs" / "benchmark.md"
PICTURE = ROOT / "docs" / "benchmark.png"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Row = dict[str, Any]


def main() -> None:
    """Build every contender, measure them in turn, and write the page and the picture."""
    console = Console(highlight=False)
    with contextlib.ExitStack() as stack:
        built: dict[str, Row] = {}
        pipes: dict[str, Connection] = {}
        servers: dict[str, Server] = {}
        for name, (_, backend) in CONTENDERS.items():
            if backend:
                servers[name] = stack.enter_context(private_server(backend))
            pipes[name] = stack.enter_context(_process(name, servers.get(name)))
            built[name] = pipes[name].recv()
            console.print(f"{name}: built in {built[name]['build_s']:.1f} s, {built[name]['mib']:.0f} MiB")
        rounds: dict[str, list[list[Row]]] = {name: [] for name in pipes}
        for number in range(ROUNDS):
            for name, pipe in pipes.items():
                pipe.send("measure")
                rounds[name].append(pipe.recv())
                console.print(f"round {number + 1}: {name}")
        rows = {name: _medians(measured) for name, measured in rounds.items()}
        ef = _chosen(rows["Milvus server"])["params"]["ef"]
        path = path_table(servers["Milvus server"], data()[1], ef)
    tables = f"{_machine()}\n\n{_table(built, rows)}\n\n{path}"
    console.print(tables)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    write_text(PAGE, f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")
    _draw(rows)


@contextlib.contextmanager
def _process(name: str, server: Server | None) -> Iterator[Connection]:
    """Start a contender; the first thing that it says is how it was built."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    where = Endpoint("uri", server.uri, server.token) if server else Endpoint("uri", "")
    process = spawn.Process(target=_serve, args=(name, where, server.pid if server else None, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.join()


def _serve(name: str, where: Endpoint, pid: int | None, pipe: Connection) -> None:
    """Build, then measure as often as it is asked to."""
    rows, queries = data()
    harness = _harness()
    pids = (pid,) if pid else (multiprocessing.current_process().pid or 0,)
    before = resident_mib(pids)
    with clock() as seconds:
        built = CONTENDERS[name][0](rows, where)
        build_s = seconds()
    pipe.send({"build_s": build_s, "mib": resident_mib(pids) - before, "all_mib": resident_mib(pids)})
    truth = exact(queries, rows, "COSINE", K).neighbours()  # not before: its memory would be used again, and not seen
    with contextlib.suppress(EOFError):
        while pipe.recv():
            settings = [{"ef": ef} for ef in built.efs]
            connect = lambda params: built.connect(params["ef"])  # noqa: E731
            measured = harness.sweep(connect, queries, truth, settings, [1, WORKERS], WARM_UP)
            for row in measured:
                with clock() as seconds:
                    built.batch(row["params"]["ef"], queries)
                    row["batched_qps"] = len(queries) / seconds()
            pipe.send(measured)


def _harness() -> ModuleType:
    """Return the solution of 3.4."""
    path = find("3.4").file("solutions")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _medians(rounds: list[list[Row]]) -> list[Row]:
    """Return for each setting and number of workers the median of every figure."""
    return [
        {
            key: statistics.median(row[key] for row in same) if isinstance(value, float) else value
            for key, value in same[0].items()
        }
        for same in zip(*rounds, strict=True)
    ]


def _chosen(rows: list[Row], workers: int = 1) -> Row:
    """Return the row of the smallest ef that reaches the target."""
    return next(row for row in rows if row["workers"] == workers and row["recall"] >= TARGET)


def _table(built: dict[str, Row], rows: dict[str, list[Row]]) -> str:
    lines = [
        f"| | ef | recall@{K} | QPS, 1 worker | QPS, {WORKERS} workers | QPS, {QUERIES} in a request | p50 ms | p99 ms "
        "| build s | memory MiB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, measured in rows.items():
        one, many, made = _chosen(measured), _chosen(measured, WORKERS), built[name]
        lines.append(
            f"| {name} | {one['params']['ef'] or '–'} | {one['recall']:.3f} | {one['qps']:,.0f} | {many['qps']:,.0f} "
            f"| {one['batched_qps']:,.0f} | {one['p50_ms']:.2f} | {one['p99_ms']:.2f} | {made['build_s']:.1f} "
            f"| {made['mib']:.0f} of {made['all_mib']:.0f} |"
        )
    return "\n".join(lines)


def _machine() -> str:
    cores = multiprocessing.cpu_count()
    rows, queries = data()
    return (
        f"{platform.machine()}, {cores} cores, Python {platform.python_version()}; {len(rows):,} × {rows.shape[1]} "
        f"GloVe vectors, HNSW with M={M} and efConstruction={EF_CONSTRUCTION}, {len(queries) - WARM_UP} queries that "
        f"count after {WARM_UP} for the warm-up, medians of {ROUNDS} rounds."
    )


def _draw(rows: dict[str, list[Row]]) -> None:
    """Draw QPS against recall, one worker, with the rate on a logarithmic axis."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), dpi=100)
    axes = figure.add_subplot(xlabel=f"recall@{K}", ylabel="answers per second, 1 worker", yscale="log")
    for name, measured in rows.items():
        line = sorted((row["recall"], row["qps"]) for row in measured if row["workers"] == 1)
        axes.plot(*zip(*line, strict=True), marker="o", label=name)
    axes.grid(alpha=0.3)
    axes.legend(loc="center left")
    figure.savefig(PICTURE)


if __name__ == "__main__":
    main()
