"""All that is made of a graded class, in its folder, from what is known of it and nothing else.

index.html                 the page of the class (`grader.classroom.page`)
class.csv                  a row a learner
summary.md                 the class in short, for a step summary
junit.xml                  a suite a learner
results/<name>.json        what came of one learner's submission, whole
gradescope/<name>.json     the same for Gradescope
classroom50/<name>.json    the same for Classroom 50

Where the kit or the machine failed there is no file for Gradescope or Classroom 50: both take a missing file for a
grader that failed, and any other one for a mark.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.classroom.marks import marks
from grader.classroom.names import file_names
from grader.classroom.outcome import Class
from grader.classroom.page import html
from grader.classroom.writing import classroom50, gradescope, junit, learner, summary, table
from grader.storage import remove, write_json, write_text

Documents = Mapping[str, Mapping[str, Any]]
"""What stands in a folder, by file name without its ending."""


def write_all(class_: Class, out: Path) -> None:
    """Write everything about a class; files of learners who aren't in it any more are deleted.

    Raises:
        CannotWrite: the disk is full or the folder isn't writable; what was there before is untouched.
    """
    for folder, documents in per_learner(class_).items():
        for name, document in documents.items():
            write_json(out / folder / f"{name}.json", document)
        for path in (out / folder).glob("*.json"):
            if path.stem not in documents:
                remove(path)
    write_text(out / "class.csv", table.csv_text(class_))
    write_text(out / "junit.xml", junit.xml(class_))
    write_text(out / "summary.md", summary.markdown(class_))
    write_text(out / "index.html", html(class_))


def per_learner(class_: Class, environment: Mapping[str, str] = os.environ) -> dict[str, Documents]:
    """Return the documents of each learner, by folder.

    Args:
        class_: the class.
        environment: in which Classroom 50's runner says which submission it grades: one, never a whole class.
    """
    runner = environment if len(class_.outcomes) == 1 else {}
    names = file_names(outcome.learner for outcome in class_.outcomes)
    pairs = [
        (names[outcome.learner], outcome, own.total)
        for outcome, own in zip(class_.outcomes, marks(class_), strict=True)
    ]
    info = class_.info
    return {
        "results": {name: learner.document(outcome, info) for name, outcome, _ in pairs},
        "gradescope": {name: gradescope.results(o, info, total) for name, o, total in pairs if total is not None},
        "classroom50": {
            name: classroom50.result(o, info, total, runner) for name, o, total in pairs if total is not None
        },
    }
