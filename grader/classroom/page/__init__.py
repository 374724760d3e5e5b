"""The page of a class: `index.html`, one file that shows a teacher how everybody did, and why, and loads nothing.

It shows pseudonyms, never ids or folders. A cell of the table opens what the learner's checks said: that stands in the
page already, and the style sheet shows it once the address names it (`:target`), so that no script is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from grader.classroom import findings
from grader.classroom.marks import Marks, exercise_points, marks
from grader.classroom.outcome import Class
from grader.classroom.page.distribution import distribution
from grader.classroom.page.learners import changed, shown
from grader.classroom.page.words import WORDS
from grader.curriculum import exercises
from grader.report.graded import Room, graded_check, inert
from grader.report.templates import SHARED, page_language, template, texts
from grader.translate import said, translated
from infra.messages import N_

MOST_FINDINGS = 15
NO_ISOLATION = N_("none: the submissions were trusted")
ROOM = Room(sentence=300)

_BETWEEN_TAGS = re.compile(r">\n+<(?!article|tr)")
"""Line ends that a browser would keep as a node each, tens of thousands; in texts, `<` and `>` are escaped."""
_TEXTS = SHARED | texts(Path(__file__).parent)


def html(class_: Class) -> str:
    """Return the page, in the reader's language."""
    every = marks(class_)
    learners = shown(class_, every)
    totals = [mark.total.share for mark in every if mark.total is not None and mark.total.share is not None]
    failed = findings.most_failed(class_)
    page = template("class.html.jinja", _TEXTS).render(
        language=page_language(),
        words={key: said(text) for key, text in WORDS.items()},
        title=inert(class_.info.title) or said(N_("Class results")),
        told=_told(learners),
        facts=_facts(class_),
        exercises=_exercises(class_, every),
        distribution=distribution(totals),
        learners=learners,
        by_points=sorted(learners, key=lambda one: one["share"]),
        failed=_findings(failed[:MOST_FINDINGS]),
        more_failed=_more(failed),
        not_graded=_findings(findings.ungraded(class_)[:MOST_FINDINGS]),
        without=[one for one in learners if one["status"] != "graded"],
        changed=changed(class_),
    )
    return _BETWEEN_TAGS.sub("><", page)


def _told(learners: Sequence[dict[str, Any]]) -> str:
    graded = sum(one["status"] == "graded" for one in learners)
    return said(N_("{graded} of {count} submissions have results."), graded=graded, count=len(learners))


def _facts(class_: Class) -> list[tuple[str, str]]:
    info = class_.info
    facts = [
        (said(N_("Graded")), info.began.strftime("%Y-%m-%d %H:%M UTC")),
        (said(N_("Took")), said(N_("{minutes:.0f} min"), minutes=max(info.seconds / 60, 1)) if info.seconds else ""),
        (said(N_("Kit")), info.kit),
        ("Milvus", f"{info.backend} {info.milvus.removeprefix(f'{info.backend} ')}"),
        ("Python", info.python),
        (said(N_("Isolation")), said(NO_ISOLATION) if info.isolation == "none" else info.isolation),
    ]
    return [(name, inert(value)) for name, value in facts if value]


def _exercises(class_: Class, every: Sequence[Marks]) -> list[dict[str, Any]]:
    titles = {exercise.id: exercise.title for exercise in exercises()}
    return [
        {
            "id": id_,
            "title": translated(titles.get(id_, "")),
            "points": f"{points:g}",
            **_average(mark.share for own in every if (mark := own.by_exercise[id_]) is not None),
        }
        for id_, points in exercise_points(class_).items()
    ]


def _average(shares: Iterable[float | None]) -> dict[str, Any]:
    known = [share for share in shares if share is not None]
    if not known:
        return {"average": "–", "bar": 0, "all": "–"}
    average = 100 * sum(known) / len(known)
    return {"average": f"{average:.0f}", "bar": round(average, 1), "all": str(sum(share >= 1 for share in known))}


def _findings(found: Sequence[findings.Finding]) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        example = graded_check(one.example, ROOM)
        rows.append(
            {
                "exercise": one.exercise,
                "title": inert(translated(one.title), 300),
                "told": said(N_("{count} of {of} learners"), count=one.learners, of=one.of),
                "bar": round(100 * one.learners / one.of, 1) if one.of else 0,
                "reason": inert(one.reason),
                "how_often": f"× {one.with_reason}",
                "message": "" if example is None else example.message,
            }
        )
    return rows


def _more(failed: Sequence[findings.Finding]) -> str:
    more = len(failed) - MOST_FINDINGS
    return said(N_("{count} more checks have failed for somebody."), count=more) if more > 0 else ""
