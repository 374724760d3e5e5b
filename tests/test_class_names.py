"""File names for learners: safe on every file system, and never shared."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.names import LONGEST, file_names, safe_name
from grader.classroom.outcome import Learner


@settings(max_examples=300)
@given(st.text(max_size=100))
def test_a_file_name_is_safe_everywhere(text: str) -> None:
    name = safe_name(text)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9._~-]*[a-z0-9_-])?", name)
    assert len(name) <= LONGEST
    assert name.split(".")[0] not in ("con", "nul", "aux", "prn", "com1", "lpt9")
    assert safe_name(name) != name or name == text or "~" not in name


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["Ada", "ada", "ADA", "a/da", "..", "", "con", "CON", "é", "e\u0301", "a" * 300, "a" * 299])
        | st.text(max_size=5),
        unique=True,
    )
)
def test_no_two_learners_share_a_file(ids: list[str]) -> None:
    names = [safe_name(text) for text in ids]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(ids)


def test_two_learners_of_one_id_have_two_files() -> None:
    twins = (Learner("a", "s1", "p1"), Learner("b", "s1", "p2"))
    assert len(set(file_names(twins).values())) == 2
