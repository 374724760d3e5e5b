"""How a check is shown in a list (`checks.html.jinja`): its mark, its points, and what there is to say of it."""

from __future__ import annotations

from typing import Any

from grader.report.graded import Cut, GradedCheck
from grader.report.words import STATUS
from grader.terminal import MARKS
from grader.translate import said
from infra.messages import N_

UNWRITTEN = "not_implemented"


def check_row(check: GradedCheck, document: str) -> dict[str, Any]:
    """Return what the list shows of a check.

    Args:
        check: the check.
        document: where what doesn't fit in is to be found.
    """
    status = "not_run" if check.blocked or check.reason == UNWRITTEN else check.status
    points = {"pass": f"{check.points:g}", "not_graded": "–"}.get(check.status, f"0/{check.points:g}")
    return {
        "status": status,
        "mark": MARKS[status][0],
        "word": said(STATUS[status]),
        "title": check.title,
        "points": points,
        "message": check.message,
        "where": _cut(check.where, document),
        "printed": _cut(check.printed, document),
    }


def _cut(cut: Cut, document: str) -> dict[str, str]:
    """Return a text and, where it isn't all, what says so."""
    note = said(N_("… {more} more characters stand in {path}"), more=cut.more, path=document) if cut.more > 0 else ""
    return {"text": cut.text, "note": note}
