"""Collects every sentence that a person may read and keeps the translations in step: `python -m grader.catalogue`.

Sentences stand in the sources as gettext msgids: `N_(…)`, the templates of `because(…)` and `not_graded(…)`, the titles
of checks, and the titles and hints of curriculum.toml. They are read from the text of the sources; nothing is imported.
A template may be put together from constants (`sentence + "It looks like …"`): then each whole sentence is a msgid.
"""

from __future__ import annotations

import ast
import io
import itertools
import string
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from grader.curriculum import ROOT
from grader.storage import write_text
from grader.terminal import Screen
from grader.translate import LOCALE

TREES = ("grader", "infra", "fixtures", "checks")
TEMPLATE_AT = {"N_": 0, "because": 1, "not_graded": 1, "undecided": 1}
"""Which argument of a call is the template."""
TEMPLATE = LOCALE / "dojo.pot"
_LEFT_OUT = (
    *("POT-Creation-Date", "PO-Revision-Date", "Generated-By"),
    *("Report-Msgid-Bugs-To", "Last-Translator", "Language-Team"),
)
"""Header lines that differ from day to day or from machine to machine, or say nothing here."""


def main() -> int:
    """Write the template and every language's catalogue, and say what is left to translate."""
    screen = Screen()
    write_template()
    found = 0
    for name in languages():
        for msgid, msgstr in update(name).items():
            screen.finding(f"dropped, no source has it any more ({name}): {msgid}", msgstr)
        left = problems(name)
        screen.finding(f"every sentence has its translation ({name})", "\n".join(left) or None)
        found += len(left)
    return 1 if found else 0


def languages() -> list[str]:
    """Return the languages that there is a folder for."""
    return sorted(path.parent.name for path in LOCALE.glob("*/LC_MESSAGES"))


def sentences(root: Path = ROOT) -> dict[str, list[str]]:
    """Return where each sentence stands, by msgid, in the order of the files."""
    return _collected(root)[0]


def template(root: Path = ROOT) -> str:
    """Return the text of the template: every msgid without a translation."""
    return _text(_template(root))


def write_template() -> None:
    """Write grader/locale/dojo.pot."""
    write_text(TEMPLATE, template())


def update(language: str) -> dict[str, str]:
    """Bring a language's catalogue in step with the sources; return the translations that nothing asks for any more."""
    catalogue, wanted = _read(language), _template(ROOT)
    before = {str(message.id): str(message.string) for message in catalogue if message.id}
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.header_comment, catalogue.fuzzy = wanted.header_comment, False
    write_text(_path(language), _text(catalogue))
    return {msgid: msgstr for msgid, msgstr in before.items() if msgstr and msgid not in wanted}


def problems(language: str, root: Path = ROOT) -> list[str]:
    """Return what is wrong with a language, a line each: untranslated, stale, or with other fields."""
    known, found = _collected(root)
    have = {str(message.id): str(message.string) for message in _read(language) if message.id and not message.fuzzy}
    for msgid, where in known.items():
        if not have.get(msgid):
            found.append(f"{where[0]}: not translated: {msgid}")
        elif _fields(have[msgid]) != _fields(msgid):
            found.append(f"{where[0]}: the translation has other fields: {msgid} | {have[msgid]}")
    return found + [f"stale, no source has it: {msgid}" for msgid in have if msgid not in known]


# Babel's catalogues


def _template(root: Path) -> Catalog:
    catalogue = Catalog(project="Milvus Dojo", version="1", fuzzy=False)
    catalogue.header_comment = "# What Milvus Dojo says. Written by: python -m grader.catalogue"
    for msgid, where in sentences(root).items():
        catalogue.add(msgid, locations=[(name, 0) for name in dict.fromkeys(map(_file, where))])
    return catalogue


def _read(language: str) -> Catalog:
    path = _path(language)
    if not path.is_file():
        return Catalog(locale=language, project="Milvus Dojo", version="1", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def _text(catalogue: Catalog) -> str:
    """Return a catalogue as text that only changes when a sentence or its file does."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=0, include_lineno=False, ignore_obsolete=True)
    lines = stream.getvalue().decode("utf-8").strip().splitlines()
    return "\n".join(line for line in lines if not line.startswith(tuple(f'"{name}:' for name in _LEFT_OUT))) + "\n"


def _path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "dojo.po"


def _file(where: str) -> str:
    return where.partition(":")[0]


def _fields(text: str) -> set[tuple[str, str | None, str | None]] | None:
    """Return the named fields of a template with conversion and format, or None where it is no template."""
    try:
        return {(name, convert, spec) for _, name, spec, convert in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


# Reading the sources


def _collected(root: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Return where each sentence stands, by msgid, and the templates that can't be read."""
    reader = _Reader()
    for path in sorted(path for tree in TREES for path in (root / tree).rglob("*.py")):
        reader.read(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())
    found: dict[str, list[str]] = {}
    for msgid, where in itertools.chain(reader.sentences, _in_curriculum(root / "curriculum.toml")):
        found.setdefault(msgid, []).append(where)
    return dict(sorted(found.items(), key=lambda item: (_file(item[1][0]), item[0]))), reader.problems


def _in_curriculum(path: Path) -> Iterator[tuple[str, str]]:
    """Give the titles and hints of the curriculum."""
    for stage in tomllib.loads(path.read_text(encoding="utf-8"))["stage"]:
        yield stage["title"], path.name
        for exercise in stage["exercise"]:
            for text in (exercise["title"], *exercise.get("hints", [])):
                yield text, path.name


class _Reader(ast.NodeVisitor):
    """Collects sentences, each with `file:line`, and the templates that can't be read from the text."""

    def __init__(self) -> None:
        self.sentences: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self._name = ""
        self._scopes: list[ast.Module | ast.FunctionDef] = []

    def read(self, text: str, name: str) -> None:
        """Read one module."""
        tree = ast.parse(text, name)
        self._name, self._scopes = name, [tree]
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Take a check's title, then look inside with the function's own names in view."""
        decorators = (d.func for d in node.decorator_list if isinstance(d, ast.Call))
        if any(_called(decorator) == "check" for decorator in decorators):
            title = (ast.get_docstring(node) or "").strip().splitlines()[:1]
            self._take(title or None, node.lineno, f"{node.name}() has no docstring, so it has no title")
        self._scopes.append(node)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        """Take the template of a call that has one."""
        called = _called(node.func)
        passed_on = isinstance(scope := self._scopes[-1], ast.FunctionDef) and scope.name in TEMPLATE_AT
        if called in TEMPLATE_AT and not passed_on:
            named = [keyword.value for keyword in node.keywords if keyword.arg == "template"]
            given = [*node.args[TEMPLATE_AT[called] :][:1], *named]
            variants = self._variants(given[0]) if given else None
            self._take(variants, node.lineno, f"the template of {called}(…) isn't made of plain strings")
        self.generic_visit(node)

    def _take(self, texts: list[str] | None, line: int, otherwise: str) -> None:
        where = f"{self._name}:{line}"
        if texts is None:
            self.problems.append(f"{where}: {otherwise}")
        self.sentences += [(text, where) for text in texts or []]

    def _variants(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> list[str] | None:
        """Return every string that an expression may stand for, or None where the text doesn't say."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.Call(func=ast.Name("N_"), args=[marked]):
                return self._variants(marked, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _joined(self._variants(left, seen), self._variants(right, seen))
            case ast.IfExp(body=one, orelse=other):
                return _together([self._variants(one, seen), self._variants(other, seen)])
            case ast.Subscript(value=table):
                return self._variants(table, seen)
            case ast.Dict(values=values):
                return _together([self._variants(value, seen) for value in values])
            case ast.Name(id=name) if name not in seen:
                scope = next((scope for scope in reversed(self._scopes) if any(_bindings(scope, name))), None)
                return None if scope is None else self._bound(scope, name, seen | {name})
        return None

    def _bound(self, scope: ast.AST, name: str, seen: frozenset[str]) -> list[str] | None:
        """Return what a name may stand for: all that is assigned to it, with and without what is added later."""
        bindings = list(_bindings(scope, name))
        values = _together([self._variants(value, seen) for value, added in bindings if not added])
        for extra in (value for value, added in bindings if added):
            values = _together([values, _joined(values, self._variants(extra, seen))])
        return values


def _bindings(scope: ast.AST, name: str) -> Iterator[tuple[ast.expr, bool]]:
    """Give the expressions that a name is bound to in a scope, and whether each is added to what was there."""
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value, False
            case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                yield value, True
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Tuple(elts=rows) | ast.List(elts=rows)):
                for place in [i for i, target in enumerate(targets) if ast.unparse(target) == name]:
                    yield from ((row.elts[place], False) for row in rows if isinstance(row, ast.Tuple))


def _together(parts: list[list[str] | None]) -> list[str] | None:
    """Return all strings of several lists, each once; None where one of them isn't known."""
    known = [part for part in parts if part is not None]
    return list(dict.fromkeys(itertools.chain(*known))) if len(known) == len(parts) else None


def _joined(left: list[str] | None, right: list[str] | None) -> list[str] | None:
    if left is None or right is None:
        return None
    return [one + other for one, other in itertools.product(left, right)]


def _called(function: ast.expr) -> str:
    return ast.unparse(function).rpartition(".")[2]


if __name__ == "__main__":
    sys.exit(main())
