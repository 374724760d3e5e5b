"""Known-bad submissions: mistakes people make, each of which one check must reject for the reason it names.

A known-bad file redefines only what is wrong and is laid over the solution: both sources become one file, so that the
solution's other functions call the bad ones. Where the mistake is in a file that isn't Python, that file lies in a
folder of the same name and takes the place of the solution's. The docstring says what it is:

    The index has the metric IP, as many tutorials do.

    rejected by: search_equals_numpy
    because: inner_product
    on: lite, server
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from grader.curriculum import ROOT, Exercise
from grader.errors import KitError
from infra.messages import N_, Message


@dataclass(frozen=True)
class KnownBad:
    """One mistake.

    Attributes:
        exercise: what it pretends to solve.
        path: the file.
        mistake: what is wrong, in a sentence.
        check: name of the check that must reject it.
        reason: id of the reason for which.
        backends: where that can be seen; `server` stands for the full server in a container or elsewhere too.
    """

    exercise: Exercise
    path: Path
    mistake: str
    check: str
    reason: str
    backends: tuple[str, ...]

    def shows_on(self, backend: str) -> bool:
        """Say whether the mistake can be seen on a backend."""
        return ("lite" if backend == "lite" else "server") in self.backends

    def write_overlay(self, folder: Path) -> Path:
        """Write the solution and, below it, the mistake as one file, and return it; beside it the other files."""
        solution = self.exercise.file("solutions").read_text(encoding="utf-8")
        bad = self.path.read_text(encoding="utf-8").replace("from __future__ import annotations\n", "")
        target = folder / f"{self.exercise.stem}__{self.path.stem}.py"
        target.write_text(f"{solution}\n\n# --- {self.mistake}\n\n{bad}", encoding="utf-8")
        for name, path in zip(self.exercise.files, self.exercise.paths("solutions")[1:], strict=True):
            own = self.path.with_suffix("") / name
            copy = target.with_suffix("") / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((own if own.is_file() else path).read_bytes())
        return target


class BadHeader(KitError):
    """A known-bad file that doesn't say what it must, or whose folder holds what is laid over nothing."""


def known_bads(exercise: Exercise) -> tuple[KnownBad, ...]:
    """Return the known-bad submissions of an exercise, by name.

    Raises:
        BadHeader: a file doesn't state its mistake, check, reason and backends.
    """
    folder = ROOT / "known_bad" / exercise.stage / exercise.stem
    return tuple(_read(exercise, path) for path in sorted(folder.glob("*.py")))


def _read(exercise: Exercise, path: Path) -> KnownBad:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    mistake, _, rest = text.partition("\n\n")
    stated = dict(line.split(": ", 1) for line in rest.splitlines() if ": " in line)
    if not mistake or set(stated) != {"rejected by", "because", "on"}:
        template = N_("{path} must state the mistake, then `rejected by:`, `because:` and `on:`.")
        raise BadHeader(Message(template, {"path": path.relative_to(ROOT)}))
    folder = path.with_suffix("")
    strays = [each for each in folder.rglob("*") if each.is_file() and _name(each, folder) not in exercise.files]
    if strays:
        template = N_("{path} is no file of {id}: the row of the exercise names its files.")
        raise BadHeader(Message(template, {"path": strays[0].relative_to(ROOT), "id": exercise.id}))
    backends = tuple(name.strip() for name in stated["on"].split(","))
    return KnownBad(exercise, path, " ".join(mistake.split()), stated["rejected by"], stated["because"], backends)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
