"""The tables in README.md that say the same as curriculum.toml, written from it: `python -m grader.tables`."""

from __future__ import annotations

from pathlib import Path

from grader.curriculum import ROOT, stages
from grader.storage import write_text

BEGIN, END = "<!-- exercises: begin", "<!-- exercises: end -->"
README = ROOT / "README.md"


def exercise_table() -> str:
    """Return the table of all exercises that can be graded."""
    rows = ["| exercise | points | graded |", "|---|---|---|"]
    for stage in stages():
        rows.append(f"| **Stage {stage.number} · {stage.title}** | | |")
        for exercise in stage.exercises:
            path = exercise.file("exercises").relative_to(ROOT).as_posix()
            rows.append(
                f"| [{exercise.id} {exercise.title}]({path}) | {exercise.points:g} | {', '.join(exercise.grades)} |"
            )
    return "\n".join(rows)


def fresh(text: str) -> str:
    """Return the README with its table written anew; the comments around it stay."""
    return written_anew(text, BEGIN, END, exercise_table())


def written_anew(text: str, begin: str, end: str, table: str) -> str:
    """Return a page with what stands between two comments replaced; `begin` is the beginning of the first one."""
    before, found, rest = text.partition(begin)
    comment, _, rest = rest.partition("\n")
    _, found_end, after = rest.partition(end)
    assert found
    assert found_end
    return f"{before}{begin}{comment}\n{table}\n{end}{after}"


def stale(page: Path = README) -> bool:
    """Say whether a page's table says something else than the curriculum."""
    text = page.read_text(encoding="utf-8")
    return fresh(text) != text


if __name__ == "__main__":
    write_text(README, fresh(README.read_text(encoding="utf-8")))
