"""Save → verdict in `nox -s watch`, for each backend: run by `nox -s bench`, or `python -m benchmarks.watching lite`.

A copy of the repository is watched as a learner's would be, and files are saved into it by renaming, in turn: the stub,
one mistake in the middle, the solution. The clock runs from the rename to the line that comes out.
"""

from __future__ import annotations

import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.curriculum import ROOT, find
from grader.known_bad import known_bads
from tests.clones import Clone, make_clone

EXERCISE = find("1.3")
MISTAKE = "stats_instead_of_count"
TIMES = 10
REST_S = 1.0
"""Between two saves; a learner takes longer. The zygote for the next run warms up meanwhile."""


def main(backend: str) -> None:
    """Watch, save, and print a table."""
    seconds: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        clone = make_clone(Path(folder) / "clone")
        watching = clone.start("watch", EXERCISE.id, "--backend", backend)
        try:
            assert watching.stdout is not None
            lines = iter(watching.stdout.readline, "")
            _points(lines)
            for _ in range(TIMES):
                for name, text in _submissions().items():
                    time.sleep(REST_S)
                    seconds[name].append(_save(clone, text, lines))
        finally:
            watching.send_signal(signal.SIGINT)
            watching.communicate()
    _show(backend, seconds)


def _submissions() -> dict[str, str]:
    mistake = next(bad for bad in known_bads(EXERCISE) if bad.path.stem == MISTAKE)
    with tempfile.TemporaryDirectory() as folder:
        overlay = mistake.write_overlay(Path(folder)).read_text(encoding="utf-8")
    stub, solution = (EXERCISE.file(tree).read_text(encoding="utf-8") for tree in ("exercises", "solutions"))
    return {"stub": stub, "one mistake": overlay, "solution": solution}


def _save(clone: Clone, text: str, lines: Iterator[str]) -> tuple[float, float, float]:
    """Save the exercise and return when "Checking …", the first line after it, and the points came."""
    target = clone.root / EXERCISE.file("exercises").relative_to(ROOT)
    scratch = target.with_suffix(".new")
    scratch.write_text(text, encoding="utf-8")
    began = time.perf_counter()
    scratch.replace(target)
    return tuple(moment - began for moment in _points(lines))  # type: ignore[return-value]


def _points(lines: Iterator[str]) -> tuple[float, float, float]:
    """Read until the points of the exercise are told; return the three moments."""
    checking = first = 0.0
    for line in lines:
        now = time.perf_counter()
        if "Checking" in line:
            checking, first = now, 0.0
        elif line.strip():
            first = first or now
            if line.startswith(f"{EXERCISE.id}:"):
                return checking, first, now
    raise SystemExit("watch ended by itself")


def _show(backend: str, seconds: dict[str, list[tuple[float, float, float]]]) -> None:
    table = Table("saved", "Checking …", "first verdict", "points", title=f"{backend}: s from save, median (min–max)")
    for name, rows in seconds.items():
        columns = zip(*rows, strict=True)
        shown = [f"{statistics.median(c):.2f} ({min(c):.2f}–{max(c):.2f})" for c in columns]
        table.add_row(name, *shown)
    Console(highlight=False).print(table)


if __name__ == "__main__":
    main(sys.argv[1])
