"""What a learner in the middle of stage 2 has behind them, for tests of the page and for whoever wants to see one.

`python -m tests.report_demo FOLDER` writes the page of it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from grader import results
from grader.check import Check, Reason, because
from grader.curriculum import Exercise, Stage
from grader.measured import Chart, Measured, Series, Table
from grader.progress import Standing
from grader.report.graded import understood
from grader.report.page import Known, Row, html
from grader.session import Run
from grader.verdict import Outcome, Status, Verdict

BEGAN = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


def exercise(id_: str, title: str, points: float, hints: int = 6) -> Exercise:
    """Return a row of a curriculum."""
    name = title.lower().replace(" ", "_")
    folder = {"1": "stage1_basics", "2": "stage2_core_features"}[id_[0]]
    return Exercise(id_, folder, name, title, points, ("recall",), frozenset(), tuple(["…"] * hints), (), (), 20, 1024)


BASICS = (
    exercise("1.1", "Environment setup", 16),
    exercise("1.2", "Connection management", 18),
    exercise("1.3", "Basic operations", 15),
)
CORE = (
    exercise("2.1", "Index management", 16),
    exercise("2.2", "Search optimisation", 14),
    exercise("2.3", "Partition strategy", 15),
    exercise("2.4", "Filtered search", 15),
    exercise("2.5", "Hybrid search", 14),
)
STAGES = (Stage(1, "stage1_basics", "Basics", BASICS), Stage(2, "stage2_core_features", "Core features", CORE))


def verdict(
    of: Exercise,
    title: str,
    status: Status = "pass",
    points: float = 2,
    reason: Reason | None = None,
    *measured: Measured,
    where: str = "",
    printed: str = "",
    blocked_by: str | None = None,
) -> Verdict:
    """Return how one check ended, as a run makes it."""
    name = "".join(c if c.isalnum() else "_" for c in title.lower())
    name = "_".join(part for part in name.split("_") if part and part.isascii()) or "check"
    check = Check(of.id, name, title, points, (), frozenset(), "seen", False, 60.0)
    kinds: dict[Status, Any] = {"pass": "passed", "fail": "failed", "not_graded": "not_shown"}
    outcome = Outcome(kinds[status], reason, where=where, printed=printed, measured=tuple(measured))
    return Verdict(check, status, outcome, blocked_by, seconds=1.25)


INDEXES = Table(
    "Five indexes on the same 20,000 vectors",
    ("index", "recall@10", "recall at the control", "build in s", "size in MB", "p50 in ms"),
    (
        ("FLAT", 1.0, None, 0.4, 10.24, 9.8),
        ("IVF_FLAT", 0.9994, 0.412, 1.9, 10.31, 2.1),
        ("IVF_SQ8", 0.9871, 0.409, 2.2, 2.62, 1.7),
        ("IVF_PQ", 0.7412, 0.338, 4.8, 0.74, 1.2),
        ("HNSW", 0.9968, 0.655, 6.3, 13.4, 0.9),
    ),
)
TRADE = Chart(
    "Recall against latency",
    "p50 in ms",
    "recall@10",
    (
        Series(
            "yours",
            "yours",
            ((0.82, 0.871, "ef=16"), (1.05, 0.934, "ef=32"), (1.61, 0.972, "ef=64"), (2.9, 0.991, "ef=128")),
        ),
        Series(
            "reference",
            "reference",
            ((0.71, 0.868, "ef=16"), (0.9, 0.933, "ef=32"), (1.2, 0.973, "ef=64"), (1.9, 0.992, "ef=128")),
        ),
        Series("control", "control", ((0.6, 0.655, "ef=10"),)),
    ),
    x_at_most=1.8,
    y_at_least=0.95,
)
SWEEP = Chart(
    "What nprobe costs",
    "lists that are looked at",
    "recall@10",
    (
        Series("yours", "yours", tuple((n, 1 - 0.62 / n**0.9, f"nprobe={n}") for n in (1, 2, 4, 8, 16, 32, 64, 128))),
        Series("reference", "reference", ((12, 0.951, "nprobe=12"),)),
    ),
    x_at_most=18,
    y_at_least=0.95,
    log_x=True,
)


def index_management() -> tuple[Verdict, ...]:
    """Two failures, one check that builds on one, one that wasn't graded, and the pictures."""
    of = CORE[0]
    low = because(
        "recall_too_low",
        "At nprobe = {nlist} your IVF_SQ8 finds {recall:.3f} of the true neighbours, and {floor:.2f} is asked. All "
        "lists are looked at, so the index isn't what loses them: it looks as if it was built for {metric}, and the "
        "brief asks for COSINE.",
        nlist=128,
        recall=0.741,
        floor=0.95,
        metric="L2",
    )
    raised = because(
        "raised", "{function}() raised {type}: {message}", function="compare", type="KeyError", message="'m'"
    )
    noisy = because(
        "too_noisy", "this machine is too noisy just now: {pairs} pairs, ratio {ratio:.2f}", pairs=60, ratio=1.3
    )
    parent = because("not_run", 'not run, since it builds on "{parent}"', parent="compare returns a row for each index")
    return (
        verdict(of, "build_index builds each of the five, and every row is indexed", "pass", 3),
        verdict(
            of, "each index reaches its recall, and loses it at the control", "fail", 3, low, INDEXES, printed=PRINTED
        ),
        verdict(of, "compare returns a row for each index", "fail", 2, raised, where=WHERE),
        verdict(of, "the figures that it reports are true", "fail", 2, parent, blocked_by="compare"),
        verdict(of, "squeezing costs recall: PQ below SQ8 below FLAT", "pass", 2),
        verdict(of, "search takes no longer than 1.3 × the reference's", "not_graded", 4, noisy, TRADE),
    )


PRINTED = "building IVF_SQ8 …\n" + "".join(f"segment {n}: 4,096 rows\n" for n in range(1, 60))
WHERE = "ex01_index_management.py:88 in compare: rows = [row(name, spec['m']) for name, spec in SPECS.items()]"


def search_optimisation() -> tuple[Verdict, ...]:
    """All passed, with two pictures."""
    of = CORE[1]
    return (
        verdict(of, "cheapest_ef reaches the target on queries that it never saw", "pass", 4, None, TRADE),
        verdict(of, "cheapest_nprobe is at most 1.5 × the smallest that does", "pass", 4, None, SWEEP),
        verdict(of, "range search returns exactly what lies in the range", "pass", 3),
        verdict(of, "pages neither overlap nor lose a hit", "pass", 3, printed="page 1\npage 2\n"),
    )


def partition_strategy() -> tuple[Verdict, ...]:
    """Nothing is written yet."""
    of = CORE[2]
    stub = "{function}() is not implemented yet. Replace its `raise NotImplementedError` with your code."
    names = ("tenant_search", "load_month", "release_month", "route", "retire")
    return tuple(
        verdict(of, f"{name} does what the brief asks", "fail", 3, because("not_implemented", stub, function=name))
        for name in names
    )


def run_of(of: Exercise, verdicts: tuple[Verdict, ...], backend: str = "server", version: str = "server v2.3.5") -> Run:
    """Return a run of one exercise."""
    return Run((of,), verdicts, backend, version, "exercises", BEGAN, 31.4, 1_234_567)


def document(run: Run) -> Any:
    """Return what is kept of a run, as it comes back from the disk."""
    return json.loads(json.dumps(results.document(run, strict=False)))


def row(of: Exercise, run: Run | None, hints_told: int = 0, passed: bool = False) -> Row:
    """Return what a clone knows of an exercise after a run."""
    if run is None:
        return Row(of, Standing(), None, hints_told)
    at = run.began.isoformat(timespec="seconds")
    first = (run.backend, run.version, at) if passed else ("", "", "")
    standing = Standing(results.earned(run.verdicts), results.points_not_graded(run.verdicts), at, *first)
    return Row(of, standing, understood(document(run), of.id), hints_told)


def demo() -> Known:
    """Return the whole clone."""
    basics = [
        run_of(of, (verdict(of, f"all of {of.title.lower()} works", "pass", of.points),), "lite", "lite 3.2.2")
        for of in BASICS
    ]
    duplicates = because("no_duplicates", "this server keeps one row a key even after two inserts")
    most = verdict(BASICS[2], "search equals numpy, row by row", "pass", 12)
    basics[2] = replace(
        basics[2],
        verdicts=(most, verdict(BASICS[2], "insert_unique keeps one row a key", "not_graded", 3, duplicates)),
        began=BEGAN - timedelta(days=2),
    )
    lacks = because(
        "backend_lacks", "{backend} can't show it: {why}", backend="server v2.3.5", why="it has no full-text search"
    )
    hybrid = tuple(verdict(CORE[4], f"{name} is right", "not_graded", 7, lacks) for name in ("fusion", "ranking"))
    rows = (
        row(CORE[0], run_of(CORE[0], index_management()), 2),
        row(CORE[1], run_of(CORE[1], search_optimisation()), 1, passed=True),
        row(CORE[2], run_of(CORE[2], partition_strategy())),
        row(CORE[3], None),
        row(CORE[4], run_of(CORE[4], hybrid)),
    )
    first = tuple(row(of, run, told, True) for of, run, told in zip(BASICS, basics, (0, 3, 6), strict=True))
    return Known(((STAGES[0], first), (STAGES[1], rows)), CORE[0])


if __name__ == "__main__":
    target = Path(sys.argv[1]) / "index.html"
    target.write_text(html(demo()), encoding="utf-8")
