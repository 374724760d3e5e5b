"""The files of the red team: what each tries, what stops it, and which check it attacks."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "red_team"
KEYS = (
    *("Class", "Tries", "Stopped by", "Known limit", "Against", "Because", "Says", "Alone"),
    *("Folder", "Gets", "Refused", "Takes"),
)
"""What a docstring says, a paragraph each: `Alone` says why it has its own run, `Folder` what it is handed in as,
`Gets`, `Refused` and `Takes` what comes of attacks that need no check."""
CLASSES = {
    "escape": "out of its place, to other processes, other networks, the machine",
    "forge": "a verdict, or what verdicts are made of",
    "tamper": "with what others use: files, servers, the kit itself",
    "exhaust": "memory, processor, disk, whatever there is only so much of",
    "spy": "on the answers, on others, on whoever grades",
    "time": "of whoever waits: to stop clocks, or to hold up the others",
    "page": "what people read: to have a page, a table or a terminal run it, or to be misread",
}
"""What an attack is after."""


@dataclass(frozen=True)
class Attack:
    """One file of the red team.

    Attributes:
        name: of the file.
        text: the file.
        says: the paragraphs of its docstring by their key.
        defines: the names that it binds, so that attacks of one run don't meet each other's.
    """

    name: str
    text: str
    says: dict[str, str]
    defines: frozenset[str]

    @property
    def class_(self) -> str:
        """What it is after."""
        return self.says["Class"]

    @property
    def against(self) -> str:
        """The check that it attacks."""
        return self.says["Against"]


def attacks(folder: str = "") -> list[Attack]:
    """Return the attacks of tests/red_team, or of a folder in it, by name."""
    return [_read(path) for path in sorted((FOLDER / folder).glob("*.py"))]


def _read(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    parts = re.split(rf"^({'|'.join(KEYS)}): ", ast.get_docstring(tree) or "", flags=re.MULTILINE)[1:]
    says = {key: " ".join(told.split()) for key, told in zip(parts[::2], parts[1::2], strict=True)}
    bound = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    bound |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return Attack(path.stem, text, says, frozenset(bound))
