"""docs/security.md says of each attack what the attack says of itself."""

from __future__ import annotations

from grader.curriculum import ROOT
from tests.attacks import CLASSES, FOLDER
from tests.security_page import PAGE, SHOWN_BY, attack_tables, fresh


def test_the_page_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert fresh(text) == text, "python -m tests.security_page writes it anew"


def test_a_changed_row_is_noticed_and_written_anew() -> None:
    text = PAGE.read_text(encoding="utf-8")
    changed = text.replace("| To close every descriptor", "| To open every descriptor")
    assert changed != text
    assert fresh(changed) != changed
    assert fresh(changed) == fresh(text)


def test_every_attack_is_on_the_page_and_has_a_class() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in FOLDER.rglob("*.py")}
    tables = attack_tables()
    assert [file for file in sorted(files) if tables.count(f"(../{file})") != 1] == []
    assert tables.startswith(f"{len(files)} attacks.")
    assert all(f"### {class_.capitalize()} (0)" not in tables for class_ in CLASSES)


def test_every_test_that_the_page_names_is_there() -> None:
    assert [test for _, test in SHOWN_BY.values() if not (ROOT / "tests" / f"{test}.py").is_file()] == []
