"""Generated tables say what the curriculum says."""

from __future__ import annotations

from pathlib import Path

from grader.tables import BEGIN, END, README, exercise_table, fresh, stale


def test_the_readme_is_fresh() -> None:
    assert not stale()


def test_a_changed_table_is_noticed_and_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(README.read_text(encoding="utf-8").replace("| 15 |", "| 14 |"), encoding="utf-8")
    assert stale(page)
    text = fresh(f"above\n{BEGIN} (kept) -->\nold\n{END}\nbelow\n")
    assert text == f"above\n{BEGIN} (kept) -->\n{exercise_table()}\n{END}\nbelow\n"
