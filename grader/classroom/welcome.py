"""The README of the repository that a class gets: what is to be done, the two commands, and how to hand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.curriculum import Exercise
from grader.translate import said, translated
from infra.messages import N_

TITLE = N_("Exercises for the Milvus vector database")


def readme(exercises: Sequence[Exercise], points: Mapping[str, float], title: str, deadline: str, on_push: bool) -> str:
    """Return the text, in the language of whoever gives the exercises out.

    Args:
        exercises: what is given out, in order.
        points: what each is worth, by id.
        title: heads it; may be empty.
        deadline: until when it can be handed in, as people say it; may be empty.
        on_push: whether GitHub Actions grades what is pushed.
    """
    return "\n\n".join(_parts(exercises, points, _line(title), _line(deadline), on_push)) + "\n"


def _parts(
    exercises: Sequence[Exercise], points: Mapping[str, float], title: str, deadline: str, on_push: bool
) -> Iterator[str]:
    id_ = exercises[0].id
    stage, *others = dict.fromkeys(exercise.id.partition(".")[0] for exercise in exercises)
    yield f"# {title or said(TITLE)}"
    yield said(
        N_("Write what each file asks for. Checks then look into a real Milvus and say what is right, and why not.")
    )
    yield _table(exercises, points)
    if deadline:
        yield "**" + said(N_("Hand in by: {deadline}"), deadline=deadline) + "**"
    yield f"## {said(N_('Two commands'))}"
    yield said(
        N_("All you need is Python 3.11 or newer with `venv` and `pip`. This grades stage {stage}:"), stage=stage
    )
    yield _console(f"python3 -m venv .venv && .venv/bin/pip install nox && .venv/bin/nox -s stage{stage}")
    for other in others:
        yield said(N_("Stage {stage} likewise: `nox -s stage{stage}`."), stage=other)
    yield said(N_("This grades whenever you save, and shows the first check that fails:"))
    yield _console(".venv/bin/nox -s watch")
    yield said(
        N_(
            "Stuck? `nox -s hint -- {id}` tells one hint after another. `nox -s reset -- {id}` brings the untouched "
            "file back and keeps yours. On Windows write `.venv\\Scripts\\` for `.venv/bin/`."
        ),
        id=id_,
    )
    yield said(
        N_(
            "This repository has no solutions. Checks that time your code against the reference solution say *not "
            "graded* here; your teacher's class run grades them."
        )
    )
    yield f"## {said(N_('Handing in'))}"
    yield said(
        N_("Only what lies in `exercises/` is yours to write; changes of anything else are reported and not used.")
    )
    if on_push:
        yield said(
            N_(
                "Commit and push. Each push is graded on GitHub too, by the checks of the kit's own repository: see "
                "the summary of the run, below Actions."
            )
        )
    else:
        yield said(N_("Commit and push, or hand in the folder `exercises/` as a zip file, as your teacher says."))


def _table(exercises: Sequence[Exercise], points: Mapping[str, float]) -> str:
    rows = [
        f"| [{each.id} {translated(each.title)}](exercises/{each.stage}/{each.stem}.py) | {points[each.id]:g} |"
        for each in exercises
    ]
    heads = [f"| {said(N_('exercise'))} | {said(N_('points'))} |", "|---|---|"]
    return "\n".join([*heads, *rows, f"| **{said(N_('total'))}** | **{sum(points.values()):g}** |"])


def _console(command: str) -> str:
    return f"```console\n$ {command}\n```"


def _line(text: str) -> str:
    return " ".join(text.split())
