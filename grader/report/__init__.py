"""The report: `reports/index.html`, one file that shows where a learner stands and what was seen, and loads nothing.

.dojo/progress.json, hints.json        where each exercise stands
.dojo/results/2.1.json                 what its last run found, as `grader.results` keeps it
    │ graded        read with care: anybody may have edited them
    │ charts, tables, scales           where points, ticks and bars go
    │ page          texts in the reader's language, filled into page.html.jinja
reports/index.html
"""

from __future__ import annotations

from pathlib import Path

from grader import hints, results
from grader.curriculum import stages
from grader.errors import CannotWrite
from grader.progress import standing, upcoming
from grader.report.graded import read
from grader.report.page import Known, Row, html
from grader.storage import REPORTS, write_text
from grader.terminal import Screen
from infra.messages import N_

PAGE = REPORTS / "index.html"


def write(screen: Screen) -> None:
    """Write the page and say where it is; where it can't be written, say that in one sentence and go on."""
    try:
        write_text(PAGE, html(known()))
    except CannotWrite as error:
        screen.line(N_("The page with your report isn't written. {why}"), style="dim", why=error.message)
        return
    screen.line(N_("Your report, for the browser:"), style="dim")
    screen.command(PAGE.as_uri())


def known(folder: Path | None = None) -> Known:
    """Return what this clone knows of every exercise.

    Args:
        folder: where the last results are; by default the one of this clone.
    """
    folder = results.KEPT if folder is None else folder
    return Known(
        tuple(
            (
                stage,
                tuple(Row(e, standing(e), read(folder / f"{e.id}.json", e.id), hints.told(e)) for e in stage.exercises),
            )
            for stage in stages()
        ),
        upcoming(),
    )
