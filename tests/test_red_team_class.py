"""The red team in a class: what is handed in, what a sandbox is for, and a whole class with hostile learners in it.

tests/red_team/handed_in makes what would be handed in, tests/red_team/sandboxed is called in a sandbox without a check,
and tests/red_team/class_mode is laid over the solution of 1.3 and graded with honest learners before and after.
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest
from pymilvus import MilvusClient, connections, utility

from fixtures.milvus import inventory, workspace
from grader.classroom.handed import Refused, open_handed
from grader.classroom.intake import commit_of, take
from grader.classroom.outcome import Outcome
from grader.classroom.stored import read_class
from grader.curriculum import ROOT, find
from grader.places import Places
from grader.runner.errors import LearnerError
from grader.runner.guard import Limits
from grader.runner.handing import handed_out
from grader.runner.sandbox import SandboxLauncher
from grader.runner.source import Source
from grader.runner.submission import Submission
from infra.backends import availability
from infra.backends.ending import homes
from tests.attacks import CLASSES, Attack, attacks
from tests.clones import OURS
from tests.handing_in import FILE, HONEST, MARK
from tests.sandbox_here import need_sandbox
from tests.waiting import until

EXERCISE = find("1.3")
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
HANDED_IN, SANDBOXED, GRADED = attacks("handed_in"), attacks("sandboxed"), attacks("class_mode")
CALL_S = 3.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is graded in bubblewrap, on Linux")


def named(attack: Attack) -> str:
    """Return how a test of an attack is called."""
    return attack.name


@pytest.mark.parametrize("attack", [*HANDED_IN, *SANDBOXED, *GRADED], ids=named)
def test_every_attack_says_what_it_tries_and_what_stops_it(attack: Attack) -> None:
    assert {"Class", "Tries", "Stopped by"} <= attack.says.keys()
    assert attack.class_ in CLASSES


# What is handed in.


@pytest.mark.parametrize("attack", HANDED_IN, ids=named)
def test_what_is_handed_in_is_refused_or_only_the_exercise_is_taken(attack: Attack, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    handed_in = importlib.import_module(f"tests.red_team.handed_in.{attack.name}").hand_in(tmp_path / "in" / "learner")
    target = tmp_path / "target"
    if "Refused" in attack.says:
        with pytest.raises(Refused) as caught:
            take(open_handed(handed_in), (EXERCISE,), target)
        assert attack.says["Refused"] in str(caught.value)
    else:
        taken = take(open_handed(handed_in), (EXERCISE,), target)
        exercise = FILE.removeprefix("exercises/")
        assert taken.files == ((exercise,) if attack.says["Takes"] == "the exercise" else ())
    commit_of(handed_in)
    written = [path for path in target.rglob("*") if path.is_file()]
    assert [path for path in written if path.read_bytes() != HONEST] == []
    assert sorted(path.name for path in tmp_path.iterdir() if path != target) == ["in"]
    assert not list(tmp_path.rglob(MARK))


# What a sandbox is for.


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[SandboxLauncher]:
    need_sandbox()
    with closing(SandboxLauncher()) as launcher:
        yield launcher


@pytest.mark.parametrize("attack", SANDBOXED, ids=named)
def test_a_sandbox_holds_and_serves_on(attack: Attack, sandboxes: SandboxLauncher, tmp_path: Path) -> None:
    path = tmp_path / "attack.py"
    path.write_text(f"{attack.text}\n\ndef honest():\n    return 1\n", encoding="utf-8")
    limits = Limits(call_s=CALL_S if "limit" in attack.says["Gets"] else 30.0, memory_mb=512)
    with closing(Submission(Source(attack.name, path), sandboxes, limits)) as submission:
        assert _got(submission) in attack.says["Gets"].split(" or ")
    with closing(Submission(Source(attack.name, path), sandboxes, Limits(call_s=30))) as submission:
        assert submission.call("honest") == 1


def test_a_trap_on_the_way_of_what_is_handed_over_costs_only_whoever_laid_it(
    sandboxes: SandboxLauncher, tmp_path: Path
) -> None:
    attack = next(attack for attack in SANDBOXED if attack.name == "lays_traps_in_tmp")
    temporary = Path(tempfile.gettempdir()).resolve()
    if temporary != Path("/tmp"):
        pytest.skip("elsewhere than in /tmp learner code can't write where files are handed over")
    first = temporary / tmp_path.resolve().relative_to(temporary).parts[0]
    folder, path = tmp_path / "handed", tmp_path / "attack.py"
    folder.mkdir()
    (folder / "picture.txt").write_text("a picture", encoding="utf-8")
    path.write_text(attack.text, encoding="utf-8")
    with handed_out(folder):
        with closing(Submission(Source("trap", path), sandboxes, Limits(call_s=CALL_S))) as submission:
            assert submission.call("attack", str(first)) == []
            with pytest.raises(LearnerError) as caught:
                submission.call("text", str(folder / "picture.txt"))
            assert caught.value.kind == "time_limit"
        with closing(Submission(Source("honest", path), sandboxes, Limits(call_s=30))) as submission:
            assert submission.call("text", str(folder / "picture.txt")) == "a picture"


def _got(submission: Submission) -> str:
    try:
        return ", ".join(submission.call("attack")) or "nothing"
    except LearnerError as error:
        return error.kind


# A class with hostile learners in it.


@dataclass(frozen=True)
class Graded:
    """A class that was graded.

    Attributes:
        outcomes: by the name of the attack; `honest` and a number are honest learners.
        out: where it was written.
        printed: what the command printed.
        code: how it ended.
        around: what lies beside `out` afterwards.
        alive: its processes that still ran some seconds later.
    """

    outcomes: dict[str, Outcome]
    out: Path
    printed: str
    code: int
    around: set[str]
    alive: list[str]


HONEST_LEARNERS = ("00 honest", "07 honest", "98 honest", "99 honest")


@pytest.fixture(scope="module")
def graded(state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """One class on lite: the attacks, and honest learners among them, the first and the last too."""
    need_sandbox()
    assert state_dir.is_dir()
    folder = tmp_path_factory.mktemp("class")
    called = {attack.says.get("Folder", f"{n:02} {attack.name}"): attack for n, attack in enumerate(GRADED)}
    for name in (*called, *HONEST_LEARNERS):
        place = folder / "in" / name / Path(FILE).parent
        place.mkdir(parents=True)
        text = "\n\n\n".join([SOLUTION, called[name].text]) if name in called else SOLUTION
        (place / "my_words.py").write_text("WORDS = 1\n", encoding="utf-8")
        (place / Path(FILE).name).write_text(f"{text}\n\nimport my_words\n", encoding="utf-8")
    code, family = _autograde(folder)
    class_ = read_class(folder / "out")
    assert class_ is not None, (folder / "printed").read_text(encoding="utf-8")
    names = {name: attack.name for name, attack in called.items()}
    outcomes = {names.get(each.learner.folder, each.learner.folder): each for each in class_.outcomes}
    _, alive = psutil.wait_procs(family, timeout=10)
    lines = [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    around = {path.name for path in folder.iterdir()}
    return Graded(outcomes, folder / "out", (folder / "printed").read_text(encoding="utf-8"), code, around, lines)


def _autograde(folder: Path) -> tuple[int, list[psutil.Process]]:
    """Grade `in` into `out` with two workers; return the exit code, and every process that was seen meanwhile."""
    environment = {key: value for key, value in os.environ.items() if key not in OURS} | {"GITHUB_TOKEN": "secret"}
    command = [sys.executable, "-m", "grader", "autograde", str(folder / "in"), "--out", str(folder / "out")]
    command += ["--only", "1.3", "--backend", "lite", "--lanes=2", "--seed", "of-the-class"]
    family: set[psutil.Process] = set()
    with (folder / "printed").open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=printed, stderr=subprocess.STDOUT)
        while True:
            with contextlib.suppress(psutil.Error):
                family.update(psutil.Process(process.pid).children(recursive=True))
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=0.5), [*family]


def _checks(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """Return the checks of an outcome by name."""
    assert outcome.results is not None, outcome.trouble
    return {check["id"].partition("/")[2]: check for check in outcome.results["exercises"][0]["checks"]}


@pytest.mark.parametrize("attack", GRADED, ids=named)
def test_an_attack_fails_the_check_that_it_aims_at(attack: Attack, graded: Graded) -> None:
    check = _checks(graded.outcomes[attack.name])[attack.against]
    assert check["status"] == "fail", check
    assert check["reason"] in attack.says["Because"].split(" or "), check
    assert attack.says["Says"] in check["message"]
    assert "Traceback" not in check["message"]


@pytest.mark.parametrize("learner", HONEST_LEARNERS)
def test_who_is_honest_passes_every_check_beside_them(learner: str, graded: Graded) -> None:
    statuses = {name: check["status"] for name, check in _checks(graded.outcomes[learner]).items()}
    first = {name: check["status"] for name, check in _checks(graded.outcomes[HONEST_LEARNERS[0]]).items()}
    assert statuses == first
    assert "fail" not in statuses.values()
    assert list(statuses.values()).count("pass") >= 9


def test_everybody_is_graded_and_the_command_says_so(graded: Graded) -> None:
    assert {outcome.status for outcome in graded.outcomes.values()} == {"graded"}
    assert graded.code == 0, graded.printed
    assert "Traceback" not in graded.printed
    assert "\x1b]" not in graded.printed


def test_a_class_leaves_no_process_no_server_and_no_file_beside_it(graded: Graded) -> None:
    assert [line for line in graded.alive if not _is_shared_server(line)] == []
    assert [record for _, record in homes() if record and not record.shared] == []
    assert graded.around == {"in", "out", "printed"}
    assert not (graded.out / "work").exists()


def _is_shared_server(line: str) -> bool:
    """Say whether a process is the Milvus that graders share, or its keeper, which stay."""
    return "milvus_lite" in line or "infra.backends.keeper" in line


def test_nothing_hostile_is_active_on_the_page_and_in_the_tables(graded: Graded) -> None:
    page = (graded.out / "index.html").read_text(encoding="utf-8")
    assert "__mro__" in page, "what the attack said is shown"
    for active in ("<img src=x", "<script>alert", "<h1>15", 'href="javascript:', "\u202e", "\x1b", "HYPERLINK"):
        assert active not in page
    assert "{{ 7*7 }}" in page, "no template is run"
    with (graded.out / "class.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))] == []
    assert [cell for cell in cells if cell.startswith("'=HYPERLINK")]
    summary = (graded.out / "summary.md").read_text(encoding="utf-8")
    assert not re.search(r"^(::|##vso|\| \*\*15|<h1>15)", summary, re.MULTILINE)
    assert "<img src=x" not in summary
    assert not re.search(r"^(::|##vso)", graded.printed, re.MULTILINE)
    suites = ElementTree.parse(graded.out / "junit.xml").getroot()
    per_learner = {len(list(suite.iter("testcase"))) for suite in suites.iter("testsuite")}
    assert len(per_learner) == 1
    assert [path.name for path in graded.out.rglob("*") if re.search(r"[^\w.~-]", path.name)] == []


# The full server, which can do more for whoever asks it than lite.


@pytest.fixture(scope="module")
def full(state_dir: Path) -> Iterator[Places]:
    """The 2.3.5 server of a worker."""
    assert state_dir.is_dir()
    if not any(row.backend == "server" and row.ok for row in availability()):
        pytest.skip("the 2.3.5 server isn't there")
    places = Places("server", lambda _: None, alone=True)
    yield places
    places.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_the_full_server_reads_no_file_for_whoever_asks(full: Places, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"rows": [{"id": 1, "vector": [1.0, 2.0]}]}', encoding="utf-8")
    with full.open("shared") as milvus:
        client = MilvusClient(uri=milvus.server.uri)  # in the default database, the only one that bulk insert finds
        client.create_collection("asked", dimension=2)
        connections.connect("bulk", uri=milvus.server.uri)
        try:
            task = utility.do_bulk_insert("asked", [str(secret)], using="bulk")
            until(lambda: utility.get_bulk_insert_state(task, using="bulk").failed_reason)
            assert "exceeds the maximum size" in utility.get_bulk_insert_state(task, using="bulk").failed_reason
        finally:
            connections.disconnect("bulk")
            client.drop_collection("asked")
            client.close()


@pytest.mark.parametrize("leave", ["user", "role", "resource group", "collection"])
def test_a_full_server_on_which_something_is_left_differs(leave: str, full: Places) -> None:
    with full.open("shared") as milvus:
        before = inventory(milvus.server)
        client = MilvusClient(uri=milvus.server.uri)
        leaves: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "user": (lambda: client.create_user("left", "Left-123456"), lambda: client.drop_user("left")),
            "role": (lambda: client.create_role("left"), lambda: client.drop_role("left")),
            "resource group": (
                lambda: client.create_resource_group("left"),
                lambda: client.drop_resource_group("left"),
            ),
            "collection": (
                lambda: client.create_collection("left", dimension=2),
                lambda: client.drop_collection("left"),
            ),
        }
        begin, end = leaves[leave]
        begin()
        try:
            assert inventory(milvus.server) != before
        finally:
            end()
            client.close()
        assert inventory(milvus.server) == before


def test_a_new_password_of_roots_locks_nobody_out_of_a_full_server(full: Places) -> None:
    with full.open("shared") as milvus:
        client = MilvusClient(uri=milvus.server.uri)
        client.update_password("root", "Milvus", "Left-123456")
        try:
            with workspace(milvus.server) as next_one:
                next_one.client.create_collection("first", dimension=2)
                assert next_one.client.list_collections() == ["first"]
        finally:
            client.update_password("root", "Left-123456", "Milvus")
            client.close()
