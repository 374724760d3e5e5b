"""The files of the red team: what each tries, what stops it, and which check it attacks."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "red_team"
KEYS = ("Tries", "Stopped by", "Known limit", "Against", "Because", "Says", "Alone")
"""What a docstring says, a paragraph each: `Alone` says why it has its own run."""


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
