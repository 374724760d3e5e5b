"""Compose files of strangers: what compose makes of them, and what never reaches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures import compose
from fixtures.compose import NoCompose, Unfit, render, screen

PLAIN = "services: {milvus: {image: 'milvusdb/milvus:v3.0.1', environment: {PASSWORD: '${PASSWORD:?set it}'}}}"


def test_a_file_is_rendered_with_the_variables_that_it_is_given() -> None:
    project = render(PLAIN, {"PASSWORD": "one"}).project
    assert project is not None
    assert project["services"]["milvus"]["environment"] == {"PASSWORD": "one"}


@pytest.mark.parametrize("environment", [{}, {"PASSWORD": ""}])
def test_compose_says_itself_why_it_refuses(environment: dict[str, str]) -> None:
    rendered = render(PLAIN, environment)
    assert rendered.project is None
    assert "required variable PASSWORD is missing a value: set it" in rendered.complaint


def test_what_the_grader_runs_with_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "the grader's")
    assert render(PLAIN, {}).project is None


def test_a_complaint_does_not_show_the_folder_of_the_run() -> None:
    rendered = render("services: {milvus: {image: a, port: 1}}", {})
    assert rendered.project is None
    assert "port" in rendered.complaint
    assert "not allowed" in rendered.complaint
    assert "/" not in rendered.complaint


@pytest.mark.parametrize("key", sorted(compose.READS_ELSEWHERE))
@pytest.mark.parametrize(
    "text",
    ["{key}: secret\nservices: {{}}", "x: &x {{{key}: secret}}\nservices: {{a: {{image: a, <<: *x}}}}"],
    ids=["at the top", "in an anchor"],
)
def test_no_file_is_read_for_a_file(key: str, text: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOKEN=secret")
    with pytest.raises(Unfit) as unfit:
        render(text.format(key=key).replace("secret", str(secret)), {})
    assert key in str(unfit.value.message)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "mapping"),
        ("- a", "mapping"),
        ("a: b: c", "line 1"),
        ("a: 1\n---\nservices: {include: x}", "document"),
        ("a: &a [*a]", "contains itself"),
        ("[" * 20_000, "nested too deeply"),
        ("a: " + "{a: " * 2_000 + "1" + "}" * 2_000, "nested too deeply"),
        ("a: !!binary aW5jbHVkZQ==", "tag"),
        ("? !!binary aW5jbHVkZQ==\n: secret", "tag"),
        ("a: !reset null", "tag"),
        ("a: \x1b[31m", "printed"),
        ("a: " + "b" * compose.CHARACTERS_CAP, "characters"),
        ("\n".join(["a0: &a0 [1,1]", *(f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]" for n in range(1, 30))]), "unfold"),
        (f"a: &a {'b' * 10_000}\nc: [{','.join(['*a'] * 50)}]", "unfold"),
    ],
)
def test_what_compose_should_not_have_to_read_is_not_handed_to_it(text: str, problem: str) -> None:
    with pytest.raises(Unfit) as unfit:
        screen(text)
    assert problem in str(unfit.value.message)


def test_a_file_that_unfolds_within_compose_meets_a_limit() -> None:
    ranges = "','".join(f"127.0.0.{n}:1-65535:1-65535" for n in range(1, 100))
    with pytest.raises(Unfit):
        render(f"services: {{a: {{image: a, ports: ['{ranges}']}}}}", {})


def test_without_compose_nothing_is_said_about_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "compose_program", lambda: None)
    with pytest.raises(NoCompose):
        render(PLAIN, {})


def test_the_program_is_never_the_script_that_ends_with_0_whatever_happens() -> None:
    program = compose.compose_program()
    assert program is not None
    assert Path(program[0]).parent.name != "bin" or program[1:] == ("compose",)
