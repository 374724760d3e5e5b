"""Makes a class to grade: `python -m benchmarks.synthetic_class 40 /tmp/class --stage 1`.

Each submission holds, for each exercise, the solution, another right way, the untouched stub, a known mistake, an
attack of the red team, or nothing, in one of the forms in which learners hand in. `planted.json` beside the
submissions says what each holds, and so what has to come of it; `surprises` compares that with the class that was
graded.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from grader.authoring import alternatives
from grader.classroom.outcome import Class
from grader.curriculum import Exercise, exercises, stages
from grader.known_bad import known_bads
from grader.storage import write_json
from tests.attacks import attacks

Kind = Literal["solution", "alternative", "stub", "known_bad", "attack", "nothing"]
KINDS: tuple[Kind, ...] = ("solution", "known_bad", "alternative", "stub", "known_bad", "attack", "nothing")
ATTACKED = "1.3"
"""The exercise that the red team attacks."""
BEYOND = frozenset(
    ["impostor", "other_on_the_retry", "drops_what_is_not_its_own", "alarms_the_grader", "poisoned_abilities"]
)
"""Attacks on servers, the grader and its cache: without a sandbox they reach whoever is graded at the same time."""


@dataclass(frozen=True)
class Planted:
    """What a submission holds for one exercise.

    Attributes:
        kind: see above.
        name: of the known-bad, the alternative or the attack.
        check: the one that a known-bad or an attack must not pass.
        reason: why a known-bad is rejected.
    """

    kind: Kind
    name: str = ""
    check: str = ""
    reason: str = ""


def make_class(
    folder: Path,
    count: int,
    graded: Sequence[Exercise],
    seed: int = 0,
    backend: str = "lite",
    isolated: bool = True,
    kinds: Sequence[Kind] = KINDS,
) -> dict[str, dict[str, Planted]]:
    """Write submissions to `folder`, and return what each holds, by its name and the exercise's id.

    Args:
        folder: where to; it is made.
        count: how many.
        graded: the exercises that they hold.
        seed: the same one makes the same class.
        backend: mistakes that can't be seen on it are left out.
        isolated: whether learner code will be kept apart from this machine, so that every attack may be there.
        kinds: what the submissions hold, in turn.
    """
    rng = random.Random(seed)
    planted: dict[str, dict[str, Planted]] = {}
    folder.mkdir(parents=True)
    for number in range(count):
        name = f"learner_{number + 1:03d}"
        with tempfile.TemporaryDirectory() as scratch:
            tree = Path(scratch) / "exercises"
            planted[name] = {
                e.id: _plant(e, kinds[(number + place) % len(kinds)], tree, rng, backend, isolated)
                for place, e in enumerate(graded)
            }
            _hand_in(tree, folder / name, FORMS[rng.randrange(len(FORMS))])
    rows = {name: {id_: asdict(each) for id_, each in row.items()} for name, row in planted.items()}
    write_json(folder / "planted.json", rows)
    return planted


def surprises(planted: dict[str, dict[str, Planted]], class_: Class) -> list[str]:
    """Return in which submissions something else came than was planted, and what."""
    outcomes = {outcome.learner.folder: outcome for outcome in class_.outcomes}
    found = []
    for name, row in planted.items():
        outcome = outcomes.get(name)
        if outcome is None:
            found.append(f"{name}: there is no outcome")
        elif all(each.kind == "nothing" for each in row.values()):
            found += [f"{name}: {outcome.status}"] if outcome.status != "nothing" else []
        elif outcome.results is None:
            found.append(f"{name}: {outcome.status}, {outcome.trouble}")
        else:
            rows = {each["id"]: each["checks"] for each in outcome.results["exercises"]}
            found += [f"{name}: {wrong}" for id_, each in row.items() for wrong in _wrong(each, rows[id_])]
    return found


def _wrong(planted: Planted, checks: list[dict[str, Any]]) -> list[str]:
    statuses = {check["id"]: check["status"] for check in checks}
    reasons = {check["id"]: check["reason"] for check in checks}
    failed = {check["id"]: check["message"] for check in checks if check["status"] == "fail"}
    shown = f"{planted.kind} {planted.name}".strip()
    match planted.kind:
        case "solution" | "alternative":
            wrong = failed or "pass" not in statuses.values()
        case "stub" | "nothing":
            wrong = "pass" in statuses.values() or not failed
        case "known_bad":
            wrong = statuses[planted.check] != "fail" or reasons[planted.check] != planted.reason
        case "attack":
            wrong = statuses[planted.check] != "fail"
    return [f"{shown}: {planted.check} {statuses.get(planted.check, '')}, failed: {failed}"] if wrong else []


def _plant(exercise: Exercise, kind: Kind, tree: Path, rng: random.Random, backend: str, isolated: bool) -> Planted:
    """Write what a submission holds for one exercise."""
    target = tree / exercise.stage / f"{exercise.stem}.py"
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind == "attack" and exercise.id != ATTACKED:
        kind = "known_bad"
    match kind:
        case "nothing":
            return Planted(kind)
        case "solution" | "stub":
            _copy(exercise.file("solutions" if kind == "solution" else "exercises"), target)
            return Planted(kind)
        case "alternative":
            path = rng.choice(alternatives(exercise))
            _copy(exercise.file("solutions"), target)  # what it has beside its Python file
            _copy(path, target)
            return Planted(kind, path.stem)
        case "attack":
            allowed = [a for a in attacks() if "Known limit" not in a.says and (isolated or a.name not in BEYOND)]
            attack = rng.choice(allowed)
            _copy(exercise.file("solutions"), target)
            target.write_text(f"{target.read_text(encoding='utf-8')}\n\n\n{attack.text}", encoding="utf-8")
            return Planted(kind, attack.name, f"{exercise.id}/{attack.against}")
    bad = rng.choice([bad for bad in known_bads(exercise) if bad.shows_on(backend) and bad.reason != "too_slow"])
    with tempfile.TemporaryDirectory() as scratch:
        _copy(bad.write_overlay(Path(scratch)), target)
    return Planted("known_bad", bad.path.stem, f"{exercise.id}/{bad.check}", bad.reason)


def _copy(file: Path, target: Path) -> None:
    """Copy an exercise's Python file and the folder beside it, where there is one."""
    shutil.copyfile(file, target)
    if file.with_suffix("").is_dir():
        shutil.copytree(file.with_suffix(""), target.with_suffix(""), dirs_exist_ok=True)


def _as_checkout(tree: Path, target: Path) -> None:
    shutil.copytree(tree, target / "exercises")
    (target / ".git").mkdir()
    (target / ".git" / "HEAD").write_text("0123456789abcdef0123456789abcdef01234567\n", encoding="utf-8")


def _as_stages(tree: Path, target: Path) -> None:
    shutil.copytree(tree, target)


def _as_zip(tree: Path, target: Path) -> None:
    _pack(tree, target, "exercises")


def _as_wrapped_zip(tree: Path, target: Path) -> None:
    _pack(tree, target, "milvus-dojo-main/exercises")


def _pack(tree: Path, target: Path, top: str) -> None:
    with zipfile.ZipFile(target.with_name(f"{target.name}.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{top}/", "")
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                archive.write(path, f"{top}/{path.relative_to(tree).as_posix()}")


Form = Callable[[Path, Path], None]
FORMS: tuple[Form, ...] = (_as_checkout, _as_stages, _as_zip, _as_wrapped_zip)


def _hand_in(tree: Path, target: Path, form: Form) -> None:
    form(tree, target)


def main() -> None:
    """Make a class as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many submissions")
    parser.add_argument("folder", type=Path, help="where they are written; it must not be there yet")
    parser.add_argument("--stage", type=int, choices=[stage.number for stage in stages()])
    parser.add_argument("--only", help="exercises, such as 1.3,2.1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backend", default="lite")
    parser.add_argument("--trusted", action="store_true", help="without attacks that need a sandbox around them")
    options = parser.parse_args()
    chosen = [
        exercise
        for exercise in exercises()
        if (options.stage is None or exercise.id.startswith(f"{options.stage}."))
        and (options.only is None or exercise.id in options.only.split(","))
    ]
    make_class(options.folder, options.count, chosen, options.seed, options.backend, not options.trusted)


if __name__ == "__main__":
    main()
