"""Every sentence has its translation, and no language, value or variable can spoil one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import catalogue, translate
from grader.check import Reason, because
from grader.translate import language, said, translated
from infra.messages import Message

LANGUAGE_VARIABLES = ("DOJO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of whom nothing is known."""
    for name in LANGUAGE_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A repository with one source, to which a test adds its text."""
    (tmp_path / "curriculum.toml").write_text("stage = []\n")
    (tmp_path / "checks").mkdir()
    return tmp_path


def collected(root: Path, text: str) -> list[str]:
    (root / "checks" / "check_01.py").write_text(text, encoding="utf-8")
    return list(catalogue.sentences(root))


# The catalogues of this repository


def test_the_template_is_fresh() -> None:
    committed = catalogue.TEMPLATE.read_text(encoding="utf-8")
    assert committed == catalogue.template(), "sentences have changed: run python -m grader.catalogue"


@pytest.mark.parametrize("name", catalogue.languages())
def test_every_sentence_has_its_translation(name: str) -> None:
    assert catalogue.problems(name) == [], "run python -m grader.catalogue, then translate what it lists"


def test_korean_is_there() -> None:
    assert "ko" in catalogue.languages()


def test_writing_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(translate.LOCALE, tmp_path / "locale")
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogue, "TEMPLATE", tmp_path / "locale" / "dojo.pot")
    catalogue.main()
    for copied in (tmp_path / "locale").rglob("dojo.po*"):
        assert copied.read_bytes() == (translate.LOCALE / copied.relative_to(tmp_path / "locale")).read_bytes()


def test_what_learners_read_is_in_the_template() -> None:
    known = catalogue.sentences()
    assert "Basics" in known  # a title of the curriculum
    assert "reads see what was written a moment ago" in known  # a check's title
    assert "{function}() raised {type}: {message}" in known  # a reason of the kit
    assert any("{command}" in msgid for msgid in known)  # a line of the terminal


# Collecting


def test_a_template_in_pieces_is_collected_whole(sources: Path) -> None:
    text = 'def f(found):\n    raise AssertionError(because("x", "one {a} " "and two", a=found))\n'
    assert collected(sources, text) == ["one {a} and two"]


def test_each_variant_of_a_built_template_is_a_msgid(sources: Path) -> None:
    text = (
        "def f():\n"
        '    sentence = "It returned {n}. "\n'
        '    for reason, looks_like in (("a", "Like IP."), ("b", "Like L2.")):\n'
        "        assert False, because(reason, sentence + looks_like, n=1)\n"
    )
    assert collected(sources, text) == ["It returned {n}. Like IP.", "It returned {n}. Like L2."]


def test_a_sentence_that_grows_is_collected_short_and_long(sources: Path) -> None:
    text = 'def f(late):\n    s = "short."\n    if late:\n        s += " Long."\n    raise not_graded("x", s)\n'
    assert collected(sources, text) == ["short.", "short. Long."]


def test_only_checks_have_titles(sources: Path) -> None:
    text = '@check("1.1")\ndef one() -> None:\n    """a title\n\n    more"""\n\ndef two() -> None:\n    """none"""\n'
    assert collected(sources, text) == ["a title"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('def f(n):\n    because("x", f"{n} films")\n', "check_01.py:2"),
        ('def f(sentence):\n\n    because("x", sentence)\n', "check_01.py:3"),
        ('because("x", sentences()[0])\n', "check_01.py:1"),
        ('def f():\n    s = s + "x"\n    because("x", s)\n', "check_01.py:3"),
        ('@check("1.1")\ndef untitled() -> None:\n    pass\n', "check_01.py:2"),
    ],
)
def test_a_template_that_cannot_be_read_is_a_problem_with_its_place(sources: Path, text: str, where: str) -> None:
    assert collected(sources, text) == []
    assert any(f"checks/{where}: " in problem for problem in catalogue.problems("ko", sources))


def test_a_line_that_moves_changes_nothing(sources: Path) -> None:
    collected(sources, 'N_("a sentence")\n')
    before = catalogue.template(sources)
    collected(sources, '\n\nN_("a sentence")\n')
    assert catalogue.template(sources) == before


@pytest.fixture
def catalogue_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sources: Path) -> Path:
    """A repository whose one sentence is `{n:g} films`; returns the place of its Korean catalogue."""
    collected(sources, 'N_("{n:g} films")\n')
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path / "locale")
    path = tmp_path / "locale" / "ko" / "LC_MESSAGES" / "dojo.po"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("", "not translated"),
        ('msgid "{n:g} films"\nmsgstr ""\n', "not translated"),
        ('#, fuzzy\nmsgid "{n:g} films"\nmsgstr "{n:g}편"\n', "not translated"),
        ('msgid "{n:g} films"\nmsgstr "{m:g}편"\n', "other fields"),
        ('msgid "{n:g} films"\nmsgstr "{n}편"\n', "other fields"),
        ('msgid "{n:g} films"\nmsgstr "{n:g}편 {"\n', "other fields"),
        ('msgid "{n:g} films"\nmsgstr "{n:g}편"\n\nmsgid "old"\nmsgstr "옛"\n', "stale"),
        ('msgid "{n:g} films"\nmsgstr "{n:g}편"\n', None),
    ],
)
def test_problems_are_found(sources: Path, catalogue_of: Path, entry: str, problem: str | None) -> None:
    catalogue_of.write_text(entry, encoding="utf-8")
    found = catalogue.problems("ko", sources)
    assert [problem in line for line in found if problem] == ([True] if problem else [])
    assert problem or not found


def test_updating_keeps_translations_and_says_what_it_drops(
    monkeypatch: pytest.MonkeyPatch, sources: Path, catalogue_of: Path
) -> None:
    entries = 'msgid "{n:g} films"\nmsgstr "{n:g}편"\n\nmsgid "{n:g} film"\nmsgstr "옛"\n'
    catalogue_of.write_text(entries, encoding="utf-8")
    monkeypatch.setattr(catalogue, "ROOT", sources)
    assert catalogue.update("ko") == {"{n:g} film": "옛"}
    text = catalogue_of.read_text(encoding="utf-8")
    assert 'msgstr "{n:g}편"' in text
    assert "옛" not in text
    assert "fuzzy" not in text


# What a reader gets


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "in {function}()"),
        ({"DOJO_LANG": "ko"}, "{function}()에서"),
        ({"DOJO_LANG": "KO"}, "{function}()에서"),
        ({"LANG": "ko_KR.UTF-8"}, "{function}()에서"),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "{function}()에서"),
        ({"DOJO_LANG": "en", "LANG": "ko_KR.UTF-8"}, "in {function}()"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, "in {function}()"),
        ({"DOJO_LANG": "xx"}, "in {function}()"),
        ({"DOJO_LANG": "", "LANG": ""}, "in {function}()"),
        ({"DOJO_LANG": "../../x"}, "in {function}()"),
        ({"DOJO_LANG": "/ko"}, "in {function}()"),
        ({"DOJO_LANG": "한글"}, "in {function}()"),
        ({"DOJO_LANG": "a" * 5_000}, "in {function}()"),
    ],
)
def test_the_reader_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    filled = expected.format(function="f")
    assert (said("in {function}()", function="f"), translated("in {function}()")) == (filled, expected)


def test_a_language_is_never_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    evil = tmp_path / "x" / "LC_MESSAGES" / "dojo.po"
    evil.parent.mkdir(parents=True)
    evil.write_text('msgid "in {function}()"\nmsgstr "evil"\n')
    monkeypatch.setattr(translate, "LOCALE", tmp_path / "locale")
    for hostile in ("../x", f"{tmp_path}/x", "..\\x"):
        monkeypatch.setenv("DOJO_LANG", hostile)
        assert said("in {function}()", function="f") == "in f()"


def test_a_message_within_a_message_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = because("raised", "{function}() raised {type}: {message}", function="f", type="KeyError", message="'id'")
    outer = Message("not graded: {reason}", {"reason": inner})
    assert str(outer) == said(outer) == "not graded: f() raised KeyError: 'id'"
    monkeypatch.setenv("DOJO_LANG", "ko")
    assert said(outer) == "채점 보류: f()에서 KeyError 예외가 났어요: 'id'"


@pytest.mark.parametrize("name", ["en", "ko"])
@given(value=st.text(alphabet=st.one_of(st.sampled_from("{}!:[]0%\\"), st.characters())))
def test_a_value_is_never_a_template(name: str, value: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOJO_LANG", name)
        sentence = said(Reason("not graded: {reason}", {"reason": value}, "x"))
        assert sentence.partition(": ")[2] == value


def test_a_sentence_without_translation_stays_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_LANG", "ko")
    assert language() == "ko"
    assert said("no catalogue has {this}", this="one") == "no catalogue has one"
    assert translated("nor {this") == "nor {this"
