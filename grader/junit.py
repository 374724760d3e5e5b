"""JUnit XML, which CI systems read: suites with cases, whatever learner code said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree

End = Literal["pass", "fail", "not_graded", "error"]
_TAGS: dict[End, str] = {"fail": "failure", "not_graded": "skipped", "error": "error"}
_COUNTS = {"failures": "fail", "skipped": "not_graded", "errors": "error"}


@dataclass(frozen=True)
class Case:
    """One check of one exercise; texts may be hostile.

    Attributes:
        group: the exercise's id.
        name: what was checked.
        end: how it ended; what wasn't graded is `skipped`.
        seconds: how long it took.
        reason: a stable id; empty for a pass.
        message: why it didn't pass.
        where: the learner's own lines.
        printed: what the code printed.
    """

    group: str
    name: str
    end: End
    seconds: float = 0.0
    reason: str = ""
    message: str = ""
    where: str = ""
    printed: str = ""


def case(exercise_id: str, check: Mapping[str, Any]) -> Case:
    """Return the case of a check as `results.schema.json` describes it."""
    return Case(
        exercise_id,
        check["title"],
        check["status"],
        check["seconds"],
        *(check[key] or "" for key in ("reason", "message", "where", "printed")),
    )


def xml(suites: Iterable[tuple[str, Iterable[Case]]]) -> str:
    """Return a document.

    Args:
        suites: each with its name and its cases.
    """
    root = ElementTree.Element("testsuites", name="milvus-dojo")
    for name, cases in suites:
        _suite(root, name, list(cases))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, name: str, cases: list[Case]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_writable(name), tests=str(len(cases)))
    for attribute, end in _COUNTS.items():
        suite.set(attribute, str(sum(one.end == end for one in cases)))
    for one in cases:
        attributes = {"classname": one.group, "name": _writable(one.name), "time": f"{one.seconds:.3f}"}
        element = ElementTree.SubElement(suite, "testcase", attributes)
        if one.end != "pass":
            node = ElementTree.SubElement(element, _TAGS[one.end], message=_writable(one.message), type=one.reason)
            node.text = _writable(one.where)
        if one.printed:
            ElementTree.SubElement(element, "system-out").text = _writable(one.printed)


def _writable(text: str) -> str:
    """Replace what XML can't hold; ElementTree escapes the rest."""
    return "".join(
        c if c in "\t\n" or (c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff") else "\ufffd"
        for c in text
    )
