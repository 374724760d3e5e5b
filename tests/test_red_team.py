"""The red team: submissions that try to pass without solving. None earns a point, and none harms who comes next.

Each file in tests/red_team is one attack on one check of 1.3, laid over the solution. Its docstring says what it tries
and what stops it, or why nothing does: a known limit. Attacks on different checks are graded in one run, so that the
checks between them show that an attack reaches only its own; one that acts at import, or on servers, has a run alone.
After each run the solution is graded in the same places, and has to get what it always gets.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from grader.curriculum import ROOT, find
from grader.places import Places
from grader.results import earned
from grader.runner.launch import Launcher
from grader.runner.orphans import is_marked
from grader.runner.source import Source
from grader.session import Run, grade
from grader.verdict import Verdict
from tests.attacks import Attack, attacks
from tests.parrot import Green

EXERCISE = dataclasses.replace(find("1.3"), call_s=2.0)
SOLUTION = EXERCISE.file("solutions").read_text(encoding="utf-8")
ATTACKS = attacks()

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the attacks use /proc, setsid and Linux signals")


def _crowds() -> list[list[Attack]]:
    """Return the attacks in groups that can be graded in one run: each on a check of its own, or alone."""
    crowds: list[list[Attack]] = []
    for attack in ATTACKS:
        if "Alone" not in attack.says:
            for crowd in crowds:
                others = frozenset[str]().union(*(other.defines for other in crowd))
                alone = any("Alone" in other.says for other in crowd)
                if not alone and attack.against not in {o.against for o in crowd} and not attack.defines & others:
                    crowd.append(attack)
                    break
            else:
                crowds.append([attack])
        else:
            crowds.append([attack])
    return crowds


@dataclass(frozen=True)
class Result:
    """What came of one attack.

    Attributes:
        verdict: of the check that it attacked.
        between: how the checks of its run ended that nobody attacked.
        solution: how the solution ended, graded right after it in the same places.
        normal: how the solution ended before there was any attack.
        left: what it left running.
        folder: where the submission was.
    """

    verdict: Verdict
    between: dict[str, str]
    solution: dict[str, str]
    normal: dict[str, str]
    left: list[str]
    folder: Path


@pytest.fixture(scope="module")
def results(
    launcher: Launcher, places: Places, state_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Result]:
    """All attacks, graded on a real Milvus in one process, and the solution after each run."""

    def graded(crowd: list[Attack], only: frozenset[str] | None) -> tuple[Run, Path]:
        path = tmp_path_factory.mktemp("submission") / f"{EXERCISE.stem}.py"
        path.write_text("\n\n\n".join([SOLUTION, *(attack.text for attack in crowd)]), encoding="utf-8")
        source = {EXERCISE.id: Source("red team", path)}
        return grade((EXERCISE,), source, launcher, places, only=only, opinions=Green()), path.parent

    normal = _endings(graded([], None)[0])
    caches = {path: path.read_text(encoding="utf-8") for path in (state_dir / "abilities").glob("*.json")}
    found = {}
    for crowd in _crowds():
        attacked = frozenset(attack.against for attack in crowd)
        run, folder = graded(crowd, attacked if "Alone" in crowd[0].says else None)
        for path, text in caches.items():
            path.write_text(text, encoding="utf-8")  # what an attack wrote there would last beyond this test
        after = _endings(graded([], attacked)[0])
        left = _left_running()
        between = {name: end for name, end in _endings(run).items() if name not in attacked}
        for attack in crowd:
            verdict = next(v for v in run.verdicts if v.check.name == attack.against)
            found[attack.name] = Result(verdict, between, after, normal, left, folder)
    return found


def _endings(run: Run) -> dict[str, str]:
    """Return status and kind of each check that was run, or that the backend lacks."""
    return {v.check.name: f"{v.status}, {v.outcome.kind}" for v in run.verdicts if not v.blocked_by}


def _left_running() -> list[str]:
    """Return what bears the mark of learner code and doesn't end within five seconds."""
    marked = [process for process in psutil.Process().children(recursive=True) if is_marked(process.pid)]
    _, alive = psutil.wait_procs(marked, timeout=5)
    return [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def _named(*without: str) -> list[Attack]:
    return [attack for attack in ATTACKS if not set(without) & set(attack.says)]


@pytest.mark.parametrize("attack", _named("Known limit"), ids=lambda attack: attack.name)
def test_an_attack_earns_nothing_and_its_failure_says_what_happened(attack: Attack, results: dict[str, Result]) -> None:
    verdict = results[attack.name].verdict
    assert verdict.status == "fail", verdict.outcome
    assert earned((verdict,)) == 0
    reason = verdict.outcome.reason
    assert reason is not None
    assert reason.id in attack.says["Because"].split(" or "), str(reason)
    assert attack.says["Says"] in str(reason)
    assert "Traceback" not in str(reason)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_who_is_graded_next_gets_what_they_always_get(attack: Attack, results: dict[str, Result]) -> None:
    result = results[attack.name]
    assert result.solution == {name: result.normal[name] for name in result.solution}
    assert attack.against in result.solution
    assert result.between == {name: result.normal[name] for name in result.between}
    assert result.left == []


@pytest.mark.parametrize("attack", [a for a in ATTACKS if "Known limit" in a.says], ids=lambda attack: attack.name)
def test_a_known_limit_is_still_one(attack: Attack, results: dict[str, Result]) -> None:
    """What gets through on a learner's own machine is told; the day that it doesn't, its docstring is to change."""
    assert results[attack.name].verdict.status == "pass"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_every_attack_says_what_it_tries_and_what_stops_it(attack: Attack) -> None:
    assert {"Tries", "Against"} <= attack.says.keys()
    stopped = {"Stopped by", "Because", "Says"} <= attack.says.keys()
    assert stopped != ("Known limit" in attack.says)


def test_no_module_beside_a_submission_is_imported_by_the_grader(results: dict[str, Result]) -> None:
    folder = results["modules_beside"].folder
    assert (folder / "numpy.py").exists()
    ran = folder / "ran"  # each of them writes the process that imported it
    assert not ran.exists() or str(os.getpid()) not in ran.read_text(encoding="utf-8").split()


WATCHES = """
import ctypes
import sys
import tempfile
from pathlib import Path

PR_CAPBSET_DROP, CAP_SYS_PTRACE = 24, 19
if sys.argv[1:] != ["again"]:
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0)
    import os
    os.execv(sys.executable, [sys.executable, "-c", sys.orig_argv[2], "again"])

from grader.runner.guard import Limits
from grader.runner.launch import start_launcher
from grader.runner.source import Source
from grader.runner.submission import Submission

LOOKS = '''
import ctypes, os, psutil

def look():
    zygote = os.getppid()
    found = []
    for pid in (os.getpid(), zygote, psutil.Process(zygote).ppid()):
        try:
            open(f"/proc/{pid}/mem", "rb").close()
            memory = "open"
        except PermissionError:
            memory = "closed"
        taken = ctypes.CDLL(None).syscall(438, os.pidfd_open(pid), 0, 0)  # pidfd_getfd
        found.append([memory, taken >= 0])
    return found
'''
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "looks.py")
    path.write_text(LOOKS)
    launcher = start_launcher()
    submission = Submission(Source("looks", path), launcher, Limits())
    print(submission.call("look"))
    submission.close()
    launcher.close()
"""


def test_the_memory_and_the_descriptors_of_grader_and_zygote_are_closed_to_their_own_user() -> None:
    """Root without the right to trace others stands for any user; root with it may look, and so may its learner."""
    done = subprocess.run([sys.executable, "-c", WATCHES], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[['open', True], ['closed', False], ['closed', False]]\n", done.stdout + done.stderr
