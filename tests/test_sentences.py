"""Sentences that are read back from a file reach no further than their fields."""

from __future__ import annotations

import re

import pytest

from grader import catalogue, sentences
from infra.messages import Message


@pytest.mark.parametrize(
    "template",
    [
        "{a.__class__}",
        "{a[0]}",
        "{a!a}",
        "{a:>1000000000}",
        "{a:{b}}",
        "{}",
        "{0}",
        "{missing}",
        "{a",
        "{a:1000000000}",
    ],
)
def test_a_stored_sentence_cannot_reach_further_than_its_fields(template: str) -> None:
    assert sentences.from_json({"msgid": template, "fields": {"a": "x", "b": "y"}}) is None
    assert sentences.english(Message(template, {"a": "x", "b": "y"})) == template
    assert sentences.told(Message(template, {"a": "x", "b": "y"}), "otherwise") == "otherwise"
    inner = {"msgid": "{a}", "fields": {"a": {"msgid": template, "fields": {"a": "x"}}}}
    read = sentences.from_json(inner)
    assert read is not None
    assert sentences.english(read) == template


def test_every_sentence_of_the_kit_can_be_stored() -> None:
    places = catalogue.sentences()
    # A hint has no fields: its braces are code.
    plain = [msgid for msgid in places if "{" in msgid and not all("curriculum" in place for place in places[msgid])]
    assert len(plain) > 300
    for msgid in plain:
        names = re.findall(r"(?<!\{)\{(\w+)", msgid)
        assert sentences.is_plain(Message(msgid, dict.fromkeys(names, 1))), msgid
