"""`nox -s bench`: save → verdict of an exercise, cold, from the resident grader and in watch, and where the time goes.

Absolute times say as much about the machine as about the kit; so each is also given as a ratio to
`python -c "import pymilvus"`, measured in the same run, in turn with what it is compared with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.curriculum import ROOT, find
from grader.resident import Resident
from grader.storage import REPORTS, write_json
from infra.backends import availability, shared_server


@dataclass
class Measured:
    """The wall-clock seconds of one thing, measured several times."""

    name: str
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)


def main() -> None:
    """Measure, print a table for each backend, and write reports/bench.json."""
    if sys.argv[1:] == ["compare"]:
        subprocess.check_call([sys.executable, "-m", "benchmarks.compare"], cwd=ROOT)
        return
    if sys.argv[1:2] == ["class"]:
        sys.exit(subprocess.call([sys.executable, "-m", "benchmarks.classes", *sys.argv[2:]], cwd=ROOT))
    options = _options()
    backends = [row.backend for row in availability() if row.ok and row.backend in options.backend]
    exercise = find(options.exercise)
    resident = Resident()
    report = {"machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"}
    console = Console(highlight=False)
    console.print(f"{exercise.id} {exercise.title} · {report['machine']} · {options.times} times each, in turn")
    for backend in backends:
        _in_another_process(lambda b=backend: int(shared_server(b) is None))  # type: ignore[misc]
        measured = _measure(resident, exercise.id, backend, options.times)
        checks = _checks()
        _show(console, backend, measured, checks)
        for part in ("watching", "proxy"):
            subprocess.check_call([sys.executable, "-m", f"benchmarks.{part}", backend], cwd=ROOT)
        report[backend] = json.dumps({m.name: m.seconds for m in measured} | {"checks": checks})
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 if platform.system() == "Darwin" else 1024)
    console.print(f"largest process of the kit: {peak / (1024 if platform.system() == 'Darwin' else 1):.0f} MiB")
    write_json(REPORTS / "bench.json", {key: _parsed(value) for key, value in report.items()})


def _measure(resident: Resident, exercise: str, backend: str, times: int) -> list[Measured]:
    """Measure everything in turn, so that a busy moment of the machine hits all of them."""
    grade = ["grade", exercise[0], exercise, "--backend", backend]
    steps: list[tuple[str, Callable[[], object]]] = [
        ("python -c 'import pymilvus'", lambda: _python("-c", "import pymilvus")),
        ("solution, resident grader", lambda: resident.run(lambda: _graded([*grade, "--solutions"]))),
        ("solution, cold", lambda: _python("-m", "grader", *grade, "--solutions")),
        ("solution, cold, through nox", lambda: _nox(exercise, backend, "--solutions")),
        ("stub, resident grader", lambda: resident.run(lambda: _graded(grade))),
        ("stub, cold", lambda: _python("-m", "grader", *grade)),
    ]
    measured = [Measured(name) for name, _ in steps]
    for _, step in steps[:4]:
        step()  # once unmeasured: caches of the file system, the first look of a new backend
    for _ in range(times):
        for row, (_, step) in zip(measured, steps, strict=True):
            began = time.perf_counter()
            step()
            row.seconds.append(time.perf_counter() - began)
    # The report on disk is the last run's; let that be a solution's.
    resident.run(lambda: _graded([*grade, "--solutions"]))
    return measured


def _graded(arguments: list[str]) -> int:
    """Run the command line in this process; its output goes nowhere."""
    from grader import cli

    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the fork ends
    sys.argv = ["grader", *arguments]
    return cli.main()


def _in_another_process(action: Callable[[], int]) -> None:
    """Do something that opens channels, which this process must not since it is forked from."""
    pid = os.fork()
    if pid == 0:
        os._exit(action())
    os.waitpid(pid, 0)


def _python(*arguments: str) -> int:
    return subprocess.call([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)


def _nox(exercise: str, backend: str, *more: str) -> int:
    command = ["nox", "-s", f"stage{exercise[0]}", "--", exercise, "--backend", backend, *more]
    quiet = subprocess.DEVNULL
    return subprocess.call([sys.executable, "-m", *command], cwd=ROOT, stdout=quiet, stderr=quiet)


def _checks() -> dict[str, float]:
    """Return the seconds of each check in the last report."""
    document = json.loads((REPORTS / "results.json").read_text(encoding="utf-8"))
    checks = {check["id"]: check["seconds"] for row in document["exercises"] for check in row["checks"]}
    return {name: seconds for name, seconds in checks.items() if seconds}


def _show(console: Console, backend: str, measured: list[Measured], checks: dict[str, float]) -> None:
    unit = measured[0].median
    table = Table("save → verdict", "median s", "min", "max", "÷ import pymilvus", title=f"{backend}, server warm")
    for row in measured:
        low, high = min(row.seconds), max(row.seconds)
        table.add_row(row.name, f"{row.median:.2f}", f"{low:.2f}", f"{high:.2f}", f"{row.median / unit:.2f}")
    console.print(table)
    where = Table("where the time of a solution goes", "s", title=f"{backend}, one run")
    for name, seconds in checks.items():
        where.add_row(name, f"{seconds:.2f}")
    where.add_row("all checks", f"{sum(checks.values()):.2f}")
    console.print(where)


def _parsed(value: str) -> object:
    return json.loads(value) if value.startswith("{") else value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("--exercise", default="1.3")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--backend", nargs="*", default=["lite", "server"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
