"""The pure parts of a class: who is in it, seeds and pseudonyms, keys, what is kept, and parts that are joined."""

from __future__ import annotations

import dataclasses
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import curriculum
from grader.classroom import keys
from grader.classroom.grading import sharded
from grader.classroom.learners import Entry, entries, strangers
from grader.classroom.listed import Listed, listed
from grader.classroom.merging import merge
from grader.classroom.outcome import Class, ClassInfo, Learner, Outcome, Status
from grader.classroom.regrading import composed, still_holds
from grader.classroom.roster import Row, read_roster
from grader.classroom.secret import SEED_BITS, class_secret, learner_seed, pseudonyms
from grader.classroom.stored import (
    in_order,
    outcome_document,
    outcome_of,
    outcome_path,
    read_class,
    read_info,
    read_outcome,
    write_info,
    write_outcome,
    write_outcomes,
)
from grader.curriculum import ROOT, Exercise, exercises, find
from grader.errors import WrongOption
from infra.messages import Message
from tests.class_parts import with_results

TEXT = st.text(max_size=40)
INFO = ClassInfo("Course", datetime(2026, 9, 1, tzinfo=UTC), "0.1.0", "lite", "lite 3.2.2", "3.11.7", ("1.3",), "none")


# The roster.


def roster(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "folder,id,name\nada,17,Ada\nbob,18,김밥\n",
        "\ufefffolder;id;name\r\nada;17;Ada\r\nbob;18;김밥\r\n",
        "name\tID\tFolder\tmail\nAda\t17\tada\ta@b\n\n김밥\t18\tbob.zip\n",
        "folder,id,name\nada,17,Ada\nbob,18,김밥\n".encode("utf-16"),
        "folder;id;name\nada;17;Ada\nbob;18;김밥\n".encode("cp949"),
    ],
)
def test_a_roster_is_read_as_spreadsheets_write_it(text: str | bytes, tmp_path: Path) -> None:
    assert read_roster(roster(tmp_path / "r.csv", text)) == (Row("ada", "17", "Ada"), Row("bob", "18", "김밥"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column folder"),
        ("folder,name\nada,Ada\n", "no column id"),
        ("folder,id\nada,17\nbob,\n", "Line 3 of .* has no id"),
        ("folder,id\n,17\n", "Line 2 of .* has no folder"),
        ("folder,id\nada,17\nbob,17\n", "has the id 17 twice"),
        ("folder,id\nada,17\nada.zip,18\n", "has the folder ada twice"),
    ],
)
def test_a_roster_that_is_wrong_is_told_where(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(WrongOption, match=says):
        read_roster(roster(tmp_path / "r.csv", text))


def test_a_roster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongOption, match="can't be read"):
        read_roster(tmp_path / "none.csv")


@settings(deadline=None, max_examples=40)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_roster_or_a_sentence(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = roster(tmp_path_factory.mktemp("roster") / "r.csv", b"folder,id\n" + content)
    try:
        rows = read_roster(path)
    except WrongOption:
        return
    assert len({row.id for row in rows}) == len(rows)


# Which submissions.


def test_one_folder_stands_for_what_it_holds(tmp_path: Path) -> None:
    for name in ("ada", "bob", ".git", "__MACOSX", "class"):
        (tmp_path / name).mkdir()
    for name in ("eve.zip", "._eve.zip", "roster.csv", "README.md"):
        (tmp_path / name).touch()
    assert [each.name for each in listed([tmp_path], tmp_path / "class")] == ["ada", "bob", "eve"]


def test_a_submission_alone_is_one_submission(tmp_path: Path) -> None:
    file = tmp_path / "ada" / "exercises" / "stage1_basics" / "ex03_basic_operations.py"
    file.parent.mkdir(parents=True)
    file.touch()
    (tmp_path / "ada" / "docs").mkdir()
    assert listed([tmp_path / "ada"], tmp_path / "out") == (Listed("ada", tmp_path / "ada"),)


def test_several_folders_are_several_submissions_also_empty_ones(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
    assert [each.name for each in listed([tmp_path / "bob", tmp_path / "ada"], tmp_path / "out")] == ["ada", "bob"]


def test_two_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada.zip").touch()
    with pytest.raises(WrongOption, match=r"called ada: .*/ada(\.zip)? and .*/ada(\.zip)?\.$"):
        listed([tmp_path], tmp_path / "out")


@pytest.mark.parametrize("name", ["none", "roster.csv"])
def test_what_is_no_submission_is_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").touch()
    with pytest.raises(WrongOption, match=name):
        listed([tmp_path / name], tmp_path / "out")


def test_a_folder_without_submissions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WrongOption, match="no submissions"):
        listed([tmp_path], tmp_path / "out")


# Who is in the class.


def handed_in(*names: str) -> tuple[Listed, ...]:
    return tuple(Listed(name, Path(name)) for name in names)


def test_the_roster_names_the_learners_also_those_who_handed_in_nothing() -> None:
    rows = (Row("ada", "17"), Row("bob", "18"))
    found = entries(handed_in("ada", "zoe"), rows, "secret")
    assert [(e.learner.folder, e.learner.id, e.path) for e in found] == [
        ("ada", "17", Path("ada")),
        ("bob", "18", None),
        ("zoe", "zoe", Path("zoe")),
    ]
    assert strangers(handed_in("ada", "zoe"), rows) == ("zoe",)


def test_two_learners_of_one_id_are_an_error_that_names_both() -> None:
    with pytest.raises(WrongOption, match=r"id 17: (17 and ada|ada and 17)"):
        entries(handed_in("ada", "17"), (Row("ada", "17"),), "secret")


@given(count=st.integers(0, 30), parts=st.integers(1, 7))
def test_shards_make_up_the_class_and_share_nobody(count: int, parts: int) -> None:
    everybody = [Entry(Learner(str(n), str(n), str(n)), None) for n in range(count)]
    shards = [sharded(everybody, number, parts) for number in range(1, parts + 1)]
    assert sorted((e for shard in shards for e in shard), key=everybody.index) == everybody
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


# Seeds and pseudonyms.


@settings(deadline=None, max_examples=40)
@given(secret=st.text(min_size=1), learners=st.sets(TEXT, max_size=30))
def test_pseudonyms_are_readable_stable_and_nobodys_twice(secret: str, learners: set[str]) -> None:
    names = pseudonyms(secret, learners)
    assert names == pseudonyms(secret, sorted(learners, reverse=True))
    assert len(set(names.values())) == len(learners)
    for name in names.values():
        adjective, animal, number = name.split("-")
        assert adjective.isalpha()
        assert animal.isalpha()
        assert len(number) == 4


def test_seeds_follow_from_the_secret_and_the_learner_and_from_nothing_less() -> None:
    assert learner_seed("a", "ada") == learner_seed("a", "ada")
    seeds = {learner_seed(secret, learner) for secret in "abc" for learner in ("ada", "bob", "Ada")}
    assert len(seeds) == 9
    assert all(0 <= seed < 2**SEED_BITS for seed in seeds)


def test_a_pseudonym_that_is_taken_is_drawn_again_and_a_large_class_has_room() -> None:
    learners = [f"learner {n}" for n in range(20_000)]
    assert len(set(pseudonyms("secret", learners).values())) == len(learners)


def test_the_secret_is_new_then_kept_and_nobody_elses_to_read(tmp_path: Path) -> None:
    secret = class_secret(tmp_path / "class")
    assert len(secret) == 32
    assert class_secret(tmp_path / "class") == secret
    assert class_secret(tmp_path / "other") != secret
    assert class_secret(tmp_path / "other", "17") == "17" == class_secret(tmp_path / "other")
    assert stat.S_IMODE((tmp_path / "class" / "class-seed").stat().st_mode) == 0o600


# Keys.


def kit(exercise: Exercise) -> str:
    return keys.kit_digests([exercise])[exercise.id]


def key(**changed: object) -> str:
    given = {
        "files": "digest",
        "exercise": "1.3",
        "kit": "kit",
        "seed": 1,
        "milvus": ("lite", "lite 3.2.2"),
        "isolation": "bubblewrap",
        "packages": {"python": "3.11"},
    }
    return keys.key(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"files": "other"},
        {"exercise": "1.2"},
        {"kit": "other"},
        {"seed": 2},
        {"milvus": ("server", "v2.3.5-lite")},
        {"milvus": ("lite", "lite 3.2.3")},
        {"isolation": "none"},
        {"packages": {"python": "3.12"}},
    ],
)
def test_whatever_a_verdict_follows_from_changes_the_key(changed: dict[str, object]) -> None:
    assert key() == key()
    assert key(**changed) != key()


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("checks/stage1_basics/film_hits.py", True),
        ("checks/stage1_basics/books.py", False),
        ("checks/stage1_basics/check_02_connection_management.py", False),
        ("checks/conftest.py", True),
        ("fixtures/recall.py", True),
        ("grader/runner/wire.py", True),
        ("solutions/stage1_basics/ex03_basic_operations.py", True),
        ("solutions/stage1_basics/ex01_environment_setup/compose.yaml", False),
        ("checks/stage2_core_features/judged.py", False),
        ("grader/report/page.py", False),
        ("docs/LEARNING_GUIDE.md", False),
        ("exercises/stage1_basics/ex03_basic_operations.py", False),
    ],
)
def test_the_kit_counts_as_far_as_it_decides(
    path: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = "checks/stage1_basics/check_03_basic_operations.py"
    for name in (path, check):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before", encoding="utf-8")
    (tmp_path / check).write_text("def later():\n    from checks.stage1_basics.film_hits import any", encoding="utf-8")
    for module in (keys, curriculum):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    before = kit(find("1.3"))
    (tmp_path / path).write_text("after", encoding="utf-8")
    assert (kit(find("1.3")) != before) is counts


def test_of_the_curriculum_an_exercises_own_row_counts_and_its_hints_do_not() -> None:
    exercise = find("1.3")
    before = kit(exercise)
    assert kit(replace(exercise, hints=("Look again.",))) == before
    assert kit(replace(exercise, points=exercise.points + 1)) != before
    assert kit(replace(exercise, needs=frozenset(["partitions"]))) != before


def test_every_module_of_the_checks_belongs_to_an_exercise() -> None:
    used = {path for exercise in exercises() for path in keys.checks_of(exercise)}
    there = {path for path in (ROOT / "checks").rglob("*.py") if path.name != "conftest.py"}
    assert sorted(there - used) == []


def test_the_kits_own_digest_reads_the_real_files() -> None:
    assert (ROOT / "checks").is_dir()
    digests = {*keys.kit_digests(exercises()).values()}
    assert len(digests) == len(exercises())


# What needn't be graded again.


def row(id_: str, *statuses: str) -> dict[str, object]:
    checks = [{"id": f"{id_}/{number}", "status": status} for number, status in enumerate(statuses)]
    return {"id": id_, "backend": f"backend of {id_}", "milvus": "lite 3.2.2", "checks": checks}


EARLIER = replace(
    with_results("ada"),
    keys={"1.1": "one", "1.2": "two", "1.3": "three"},
    results={"seconds": 3, "exit_code": 1, "exercises": [row("1.1", "pass"), row("1.2", "fail"), row("1.3", "pass")]},
)


@pytest.mark.parametrize(
    ("now", "kept"),
    [
        ({"1.1": "one", "1.2": "two", "1.3": "three"}, ["1.1", "1.2", "1.3"]),
        ({"1.1": "one", "1.2": "changed", "1.3": "three"}, ["1.1", "1.3"]),
        ({"1.3": "three"}, ["1.3"]),
        ({"1.3": "three", "1.4": "new"}, ["1.3"]),
        ({"1.2": "changed"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", ["graded", "not_graded"])
def test_an_exercise_is_graded_again_when_its_key_changes(
    now: dict[str, str], kept: list[str] | None, status: Status
) -> None:
    results = still_holds(replace(EARLIER, status=status), now)
    assert (None if results is None else [each["id"] for each in results["exercises"]]) == kept


def test_nothing_holds_where_nothing_is_known() -> None:
    assert still_holds(None, {"1.1": "one"}) is None
    assert still_holds(replace(EARLIER, results=None), EARLIER.keys) is None
    missing = {"exercises": [row("1.2", "pass")]}
    assert still_holds(replace(EARLIER, results=missing), {"1.1": "one"}) is None, "a key without its results"


@pytest.mark.parametrize(
    ("again", "exit_code"),
    [(row("1.2", "pass"), 0), (row("1.2", "fail"), 1), (row("1.2", "not_graded"), 2)],
)
def test_results_of_two_starts_are_those_of_one(again: dict[str, object], exit_code: int) -> None:
    fresh = {"seconds": 7, "exit_code": 0, "exercises": [again]}
    results = composed(["1.1", "1.2"], EARLIER.results, fresh)
    assert results["exercises"] == [row("1.1", "pass"), again]
    assert (results["exit_code"], results["seconds"], results["backend"]) == (exit_code, 7, "backend of 1.1")


# What is kept.

OUTCOMES = st.builds(
    Outcome,
    learner=st.builds(Learner, TEXT, TEXT, TEXT),
    status=st.sampled_from(["nothing", "refused", "not_graded"]),
    key=TEXT,
    seed=st.integers(0, 2**48 - 1),
    trouble=st.none() | st.builds(lambda text: Message("It says {text}.", {"text": text}), TEXT),
    changed=st.lists(TEXT, max_size=3).map(tuple),
    commit=TEXT,
    keys=st.dictionaries(TEXT, TEXT, max_size=2),
)


@settings(deadline=None, max_examples=40)
@given(outcome=OUTCOMES)
def test_an_outcome_is_read_back_as_it_was(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("kept") / "outcome.json"
    write_outcome(path, outcome)
    assert read_outcome(path) == outcome


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=40)
@given(name=st.sampled_from(sorted(outcome_document(with_results("a")))), value=_JSON)
def test_an_outcome_with_anything_in_it_is_read_or_counts_as_not_there(name: str, value: object) -> None:
    document = outcome_document(with_results("a")) | {name: value}
    outcome = outcome_of(json.loads(json.dumps(document)))
    assert outcome is None or outcome_document(outcome)["format"] == document["format"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null", b'{"format": "milvus-dojo/outcome/v1"}'])
def test_a_broken_file_counts_as_not_there(content: bytes, tmp_path: Path) -> None:
    for name in ("outcome.json", "class.json"):
        (tmp_path / name).write_bytes(content)
    assert read_outcome(tmp_path / "outcome.json") is None
    assert read_info(tmp_path) is None
    assert read_class(tmp_path) is None
    assert read_outcome(tmp_path) is None


def test_the_conditions_of_a_class_are_read_back(tmp_path: Path) -> None:
    for info in (INFO, dataclasses.replace(INFO, points={"1.3": 12.5})):
        write_info(tmp_path, info)
        assert read_info(tmp_path) == info


# Joining parts.


def part(folder: Path, info: ClassInfo, *outcomes: Outcome) -> Path:
    write_info(folder, info)
    write_outcomes(folder, outcomes)
    return folder


def test_parts_make_up_the_class(tmp_path: Path) -> None:
    one, two = with_results("ada", seed=1), with_results("bob", seed=2)
    later = dataclasses.replace(INFO, began=datetime(2026, 9, 2, tzinfo=UTC), seconds=5.0)
    parts = [part(tmp_path / "1", later, two), part(tmp_path / "2", INFO, one)]
    merged = merge(parts, tmp_path / "whole")
    assert merged == Class(dataclasses.replace(INFO, seconds=5.0), (one, two))
    assert read_class(tmp_path / "whole") == merged
    assert outcome_path(tmp_path / "whole", "ada").is_file()


@pytest.mark.parametrize("turned", [False, True])
def test_who_is_in_two_parts_counts_once_and_with_a_result(turned: bool, tmp_path: Path) -> None:
    graded = with_results("ada")
    lost = dataclasses.replace(graded, status="not_graded", results=None)
    parts = [part(tmp_path / "1", INFO, graded), part(tmp_path / "2", INFO, lost)]
    assert merge(parts[::-1] if turned else parts, tmp_path / "whole").outcomes == (graded,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("kit", "0.2.0"), ("backend", "server"), ("exercises", ("1.1",)), ("isolation", "bubblewrap")],
        ("points", {"1.3": 20.0}),
    ],
)
def test_parts_of_different_conditions_are_not_joined(name: str, value: object, tmp_path: Path) -> None:
    other = dataclasses.replace(INFO, **{name: value})  # type: ignore[arg-type]
    parts = [part(tmp_path / "1", INFO), part(tmp_path / "2", other)]
    with pytest.raises(WrongOption, match=f"don't belong together: {name} is"):
        merge(parts, tmp_path / "whole")


def test_a_folder_without_a_class_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongOption, match="holds no class"):
        merge([tmp_path], tmp_path / "whole")


def test_outcomes_come_in_the_order_of_the_ids() -> None:
    assert [o.learner.id for o in in_order([with_results("b"), with_results("a")])] == ["a", "b"]
