"""From what somebody has handed in to a clean folder with the files of the exercises, and nothing else.

    taken = take(open_handed(path), exercises, target)

Only texts that the graded exercises use are copied: their own files, and Python files beside them. Everything else in
a submission, also checks, fixtures and settings that look like the kit's, stays where it is and is never used; what
differs from the kit is told by name.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.handed import Handed, Refused
from grader.curriculum import ROOT, Exercise, exercises
from grader.runner.source import read_regular
from grader.version import known_here
from infra.messages import N_, Message

FILE_CAP_BYTES = 512 << 10
TOTAL_CAP_BYTES = 8 << 20
FILES_CAP = 200
KIT_FILE_CAP_BYTES = 4 << 20
"""Of a file that stands where one of the kit's could; one that the kit has may be as long as that twice."""
OWN_FILE_CAP_BYTES = 64 << 20
CHANGED_CAP = 50
DIFFERING_CAP = 1_000
WRAPPED_CAP = 3
"""In how many folders, one in the other, the exercises may lie: GitHub and Moodle each make one."""

KIT = ("checks", "fixtures", "grader", "infra", "solutions", "known_bad")
KIT_FILES = ("noxfile.py", "pyproject.toml", "curriculum.toml", "conftest.py", "pytest.ini")
TREES = frozenset([*KIT, "tests", "benchmarks", "docs"])
"""Folders of the kit that hold no work of a learner's, though some have the same files below them."""


@dataclass(frozen=True)
class Taken:
    """What was taken from a submission.

    Attributes:
        files: the names of the files that were copied, relative to the target; none where nothing was handed in.
        digests: of their names and contents, by stage.
        changed: files of the kit that the submission has changed or added, by relative name.
    """

    files: tuple[str, ...]
    digests: Mapping[str, str]
    changed: tuple[str, ...]


def take(handed: Handed, graded: Sequence[Exercise], target: Path) -> Taken:
    """Copy what was handed in for some exercises to `target`, as `stage1_basics/ex03_basic_operations.py` and so on.

    Raises:
        Refused: it can't be copied safely, or it isn't clear which of two files is meant.
    """
    root = _root(handed)
    _refuse_links(handed, root, graded)
    digests: defaultdict[str, Any] = defaultdict(hashlib.sha256)
    total = 0
    wanted = _wanted(handed, root, graded)
    if len(wanted) > FILES_CAP:
        raise Refused(Message(N_("It holds more than {cap} files beside the exercises."), {"cap": FILES_CAP}))
    for name, source in wanted.items():
        content = handed.read(source, FILE_CAP_BYTES)
        total += len(content)
        if total > TOTAL_CAP_BYTES:
            raise Refused(Message(N_("Its exercises have more than {cap} MB."), {"cap": TOTAL_CAP_BYTES >> 20}))
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        digests[name.split("/")[0]].update(
            f"{len(name)} {len(content)} {name}".encode("utf-8", "surrogatepass") + content
        )
    own = {_file(exercise) for exercise in graded} | {f"{_folder(exercise)}/" for exercise in graded}
    any_own = any(name in own or any(name.startswith(each) for each in own if each.endswith("/")) for name in wanted)
    told = {stage: digest.hexdigest() for stage, digest in digests.items()}
    return Taken(tuple(wanted) if any_own else (), told, _changed(handed, root))


def holds_exercises(handed: Handed) -> bool:
    """Say whether a folder is itself a submission: exercises lie at its top, not in a folder below.

    Raises:
        Refused: it isn't clear.
    """
    root = _root(handed)
    return root.kit == "" and any(name.split("/")[0] not in TREES for name in _wanted(handed, root, exercises()))


@dataclass(frozen=True)
class _Root:
    """Where in a submission the exercises lie.

    Attributes:
        kit: the folder that stands for the repository, with `/` at its end; empty for the top.
        stages: the folder that holds the stages, with `/` at its end; None where the files lie by themselves.
    """

    kit: str
    stages: str | None


def _root(handed: Handed) -> _Root:
    """Find the exercises: below `exercises/`, else as folders of stages, else as single files; the highest counts."""
    stages = {exercise.stage for exercise in exercises()}
    stems = {exercise.stem for exercise in exercises()}
    found: set[tuple[int, int, str]] = set()
    for name in (*handed.files, *handed.links):
        parts = name.split("/")
        for depth, part in enumerate(parts[: WRAPPED_CAP + 1]):
            before = parts[:depth]
            if part in TREES or part in TREES.intersection(before):
                break
            prefix = "".join(f"{each}/" for each in before)
            if part == "exercises" and (name in handed.links or stages.intersection(parts[depth + 1 : depth + 2])):
                found.add((depth, 0, prefix))
                break
            if part in stages:
                found.add((depth, 1, prefix))
                break
            if Path(part).stem in stems:
                found.add((depth, 2, prefix))
                break
    if not found:
        return _Root("", None)
    depth, kind, prefix = min(found)
    others = sorted(other for at, what, other in found if (at, what) == (depth, kind) and other != prefix)
    if others:
        fields = {"one": prefix or ".", "other": others[0] or "."}
        raise Refused(Message(N_("It holds exercises twice, in {one} and in {other}."), fields))
    return _Root(prefix, (f"{prefix}exercises/", prefix, None)[kind])


def _wanted(handed: Handed, root: _Root, graded: Sequence[Exercise]) -> dict[str, str]:
    """Return what is to be copied: the name in the submission by the name that it gets."""
    wanted: dict[str, str] = {}
    for name in sorted(handed.files):
        if root.stages is None:
            target = _single(name.removeprefix(root.kit), graded) if name.startswith(root.kit) else None
        elif name.startswith(root.stages):
            target = name.removeprefix(root.stages)
        else:
            target = None
        if target is not None and _is_used(target, graded):
            wanted[target] = name
    return wanted


def _single(name: str, graded: Sequence[Exercise]) -> str | None:
    """Return the place of a file that was handed in without its stage."""
    top = name.split("/")[0]
    stage = next((exercise.stage for exercise in graded if Path(top).stem == exercise.stem), None)
    return None if stage is None else f"{stage}/{name}"


def _is_used(name: str, graded: Sequence[Exercise]) -> bool:
    """Say whether a file is an exercise's own, or a module beside those that are graded."""
    stage, _, rest = name.partition("/")
    if any(name == _file(e) or name.startswith(f"{_folder(e)}/") for e in graded):
        return True
    return stage in {exercise.stage for exercise in graded} and rest.endswith(".py")


def _refuse_links(handed: Handed, root: _Root, graded: Sequence[Exercise]) -> None:
    """Refuse a link where an exercise's file, or a folder on the way to it, should be."""
    for exercise in graded:
        own = (_file(exercise), _folder(exercise))
        places = [f"{root.kit}{Path(each).name}" if root.stages is None else f"{root.stages}{each}" for each in own]
        for link in handed.links:
            if any(place == link or place.startswith(f"{link}/") for place in places) or any(
                link.startswith(f"{place}/") for place in places[1:]
            ):
                raise Refused(Message(N_("{file} is a link; a file is needed there."), {"file": link}))


def _file(exercise: Exercise) -> str:
    return f"{exercise.stage}/{exercise.stem}.py"


def _folder(exercise: Exercise) -> str:
    return f"{exercise.stage}/{exercise.stem}"


def _changed(handed: Handed, root: _Root) -> tuple[str, ...]:
    """Return which files of the kit are neither those that grade nor an older version of them.

    What isn't there counts for nothing.
    """
    differing: dict[str, bytes | None] = {}
    for name in sorted(handed.files):
        own = name.removeprefix(root.kit)
        if name.startswith(root.kit) and (own in KIT_FILES or ("/" in own and own.split("/")[0] in KIT)):
            ours = read_regular(ROOT / own, OWN_FILE_CAP_BYTES)
            theirs = _kit_file(handed, name, max(KIT_FILE_CAP_BYTES, 2 * len(ours or b"")))
            if theirs is None or ours is None or _lines(ours) != theirs:
                differing[own] = theirs
        if len(differing) == DIFFERING_CAP:
            break
    older = known_here(content for content in differing.values() if content is not None)
    return tuple(name for name, content in differing.items() if content is None or content not in older)[:CHANGED_CAP]


def _kit_file(handed: Handed, name: str, cap: int) -> bytes | None:
    try:
        return _lines(handed.read(name, cap))
    except Refused:
        return None


def _lines(content: bytes) -> bytes:
    """Return a file as it is on a system where a line ends with one character."""
    return content.replace(b"\r\n", b"\n")


HEAD_CAP_BYTES = 4 << 20
_COMMIT = re.compile(rb"[0-9a-f]{40}([0-9a-f]{24})?")
_REF = re.compile(rb"ref: (refs/heads/[\w./-]{1,200})")


def commit_of(folder: Path) -> str:
    """Return the commit that a git checkout stands at, empty where that can't be told.

    The files are read by hand: git itself would run what the checkout's own settings name.
    """
    git = folder / ".git"
    if git.is_symlink() or not git.is_dir():
        return ""
    head = (read_regular(git / "HEAD", 4096) or b"").strip()
    ref = _REF.fullmatch(head)
    if ref is not None and b".." not in ref[1]:
        loose = git / ref[1].decode("ascii", "replace")
        inside = loose.resolve().is_relative_to(git.resolve())
        head = ((read_regular(loose, 4096) if inside else None) or _packed(git, ref[1])).strip()
    return head.decode() if _COMMIT.fullmatch(head) else ""


def _packed(git: Path, ref: bytes) -> bytes:
    for line in (read_regular(git / "packed-refs", HEAD_CAP_BYTES) or b"").splitlines():
        commit, _, name = line.partition(b" ")
        if name == ref:
            return commit
    return b""
