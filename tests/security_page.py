"""The tables of docs/security.md, written from what each attack says of itself: `python -m tests.security_page`."""

from __future__ import annotations

from grader.curriculum import ROOT
from grader.storage import write_text
from grader.tables import written_anew
from tests.attacks import CLASSES, FOLDER, Attack, attacks

PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- attacks: begin", "<!-- attacks: end -->"
SHOWN_BY = {
    "": ("a learner's machine", "test_red_team"),
    "command": ("the command line", "test_hostile_commands"),
    "class_mode": ("a class", "test_red_team_class"),
    "sandboxed": ("the sandbox", "test_red_team_class"),
    "handed_in": ("what is handed in", "test_red_team_class"),
}
"""Of each folder of attacks: what they are made on, and the test that makes them."""


def attack_tables() -> str:
    """Return a table for each class of attacks."""
    found = [(folder, attack) for folder in SHOWN_BY for attack in attacks(folder)]
    parts = [f"{len(found)} attacks."]
    for class_, after in CLASSES.items():
        rows = [_row(folder, attack) for folder, attack in found if attack.class_ == class_]
        head = [f"### {class_.capitalize()} ({len(rows)})", "", f"{after[0].upper()}{after[1:]}.", ""]
        parts.append("\n".join([*head, "| attack on | tries | stopped by |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def fresh(text: str) -> str:
    """Return the page with its tables written anew."""
    return written_anew(text, BEGIN, END, attack_tables())


def _row(folder: str, attack: Attack) -> str:
    path = (FOLDER / folder / f"{attack.name}.py").relative_to(ROOT).as_posix()
    place, test = SHOWN_BY[folder]
    told = [_capital(attack.says["Stopped by"])] if "Stopped by" in attack.says else []
    if "Known limit" in attack.says:
        told.append(f"**Not stopped:** {attack.says['Known limit']}")
    on = f"{place}: [{attack.name}](../{path}) ([test](../tests/{test}.py))"
    return f"| {on} | {_cell(_capital(attack.says['Tries']))} | {_cell(' '.join(told))} |"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")


if __name__ == "__main__":
    write_text(PAGE, fresh(PAGE.read_text(encoding="utf-8")))
