"""`nox -s bench -- class`: what grading a class costs a submission, and how time and memory grow with its size.

    nox -s bench -- class                     8, 32 and 128 submissions of stage 1, with a warm server
    nox -s bench -- class 8 --stage 2 --backend server

Submissions are solutions, other right ways, stubs, mistakes and attacks in turn (`benchmarks.synthetic_class`).
Whatever came otherwise than it was planted is named, and is exit code 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.synthetic_class import make_class, surprises
from grader.classroom.stored import read_class
from grader.curriculum import ROOT, Exercise, exercises
from grader.places import Places
from grader.storage import REPORTS, write_json
from infra.backends import availability

_LOOK_S = 0.5
MIB = 1 << 20


@dataclass(frozen=True)
class Graded:
    """What one class cost.

    Attributes:
        count: submissions.
        seconds: from the command to its end.
        peak_mib: the most memory of the grading's processes together, by their shares; without Milvus.
        surprises: what came otherwise than it was planted.
    """

    count: int
    seconds: float
    peak_mib: float
    surprises: list[str]


def main() -> int:
    """Grade classes of several sizes, print a table and write reports/bench-class.json."""
    options = _options()
    console = Console(highlight=False)
    backend = options.backend or next(row.backend for row in availability() if row.ok)
    of_stage = [exercise for exercise in exercises() if exercise.id.startswith(f"{options.stage}.")]
    with closing(Places(backend, lambda _: None)) as places:
        chosen = [exercise for exercise in of_stage if places.have(exercise.needs)]
    if not chosen:
        console.print(f"{backend} can't show any exercise of stage {options.stage}.")
        return 2
    console.print(f"{', '.join(e.id for e in chosen)} on {backend}, seconds and memory of all processes")
    rows = [_graded(count, chosen, backend) for count in options.counts]
    table = Table("submissions", "seconds", "seconds each", "peak memory, MiB", "not as planted")
    for row in rows:
        each = f"{row.seconds / row.count:.2f}"
        table.add_row(str(row.count), f"{row.seconds:.0f}", each, f"{row.peak_mib:.0f}", str(len(row.surprises)))
    console.print(table)
    for surprise in (surprise for row in rows for surprise in row.surprises):
        console.print(f"  {surprise}", markup=False)
    write_json(REPORTS / "bench-class.json", [vars(row) for row in rows])
    return int(any(row.surprises for row in rows))


def _graded(count: int, chosen: list[Exercise], backend: str) -> Graded:
    with tempfile.TemporaryDirectory() as scratch:
        handed_in, out = Path(scratch) / "submissions", Path(scratch) / "class"
        planted = make_class(handed_in, count, chosen, seed=count, backend=backend)
        ids = ",".join(exercise.id for exercise in chosen)
        command = ["autograde", str(handed_in), "--only", ids, "--out", str(out), "--backend", backend]
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, "-m", "grader", *command], cwd=ROOT)
        with _Watch(process.pid) as watch:
            process.wait()
        seconds, class_ = time.monotonic() - began, read_class(out)
        wrong = surprises(planted, class_) if class_ else ["nothing was graded"]
        return Graded(count, seconds, watch.peak / MIB, wrong)


class _Watch:
    """Looks at the memory of a process and all that came out of it, until it is closed."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_S):
            self.peak = max(self.peak, _memory(self._pid))


def _memory(pid: int) -> int:
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return total


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s bench -- class", description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[8, 32, 128], help="how many submissions")
    parser.add_argument("--stage", type=int, default=1)
    parser.add_argument("--backend", help="by default the usual one of this machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
