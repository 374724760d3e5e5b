"""The commands of Milvus Dojo. Each session prepares its environment if it has to, runs, and keeps the exit code."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nox
from filelock import FileLock

nox.options.default_venv_backend = "none"
nox.options.sessions = ["stage1"]

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTORCH_CPU = "https://download.pytorch.org/whl/cpu"
SIZES = {
    "grader": "about 180 MB of downloads, 650 MB on disk",
    "models": "PyTorch and two models: about 600 MB of downloads, 2.2 GB on disk",
    "tests": "PyTorch, two models and tools: about 650 MB of downloads, 2.4 GB on disk",
}
"""What a group brings into an environment that is new, or has grown from the one before in this list."""
HOME = ROOT / ".nox" / "dojo"
"""The one environment of all sessions: a group that a session needs is added to what is there."""


def python(session: nox.Session, group: str) -> str:
    """Return the environment's interpreter, with the packages of a dependency group installed.

    A stamp file says what is installed, so that a hint never waits for pip; a set-up that was interrupted goes on.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - nox itself runs on older ones
        session.error(f"Milvus Dojo needs Python 3.11 or newer, and nox runs on {sys.version.split()[0]}.")
    interpreter = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = nox.project.dependency_groups(PYPROJECT, group)
    wanted = hashlib.sha256("\n".join([sys.version, *packages]).encode()).hexdigest()
    stamp = HOME / f"{group}.stamp"
    if _says(stamp, wanted):
        return str(interpreter)
    HOME.parent.mkdir(exist_ok=True)
    with FileLock(f"{HOME}.lock"):
        if not _says(stamp, wanted):
            session.log(f"Preparing the environment, once: {SIZES.get(group, 'some packages more')} …")
            if not interpreter.is_file():
                _must(session, [sys.executable, "-m", "virtualenv", "--quiet", str(HOME)])
            install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _prefer_cpu([str(interpreter), *install], packages)
            _must(session, [str(interpreter), *install, *packages])
            stamp.write_text(wanted)
    return str(interpreter)


def _prefer_cpu(install: list[str], packages: Sequence[str]) -> None:
    """On Linux take PyTorch from its own index: PyPI's brings several GB of CUDA, which nothing here uses.

    Where that index can't be reached, PyPI's is taken after all.
    """
    pytorch = [package for package in packages if package.startswith(("torch==", "torchvision=="))]
    if pytorch and sys.platform == "linux":
        subprocess.call([*install, "--no-deps", "--retries", "1", "--index-url", PYTORCH_CPU, *pytorch])


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def _must(session: nox.Session, command: list[str]) -> None:
    if subprocess.call(command) != 0:
        session.error(
            "The environment couldn't be prepared; pip's message above says why. "
            "With the network and the disk in order, the same command goes on where it stopped."
        )


def run(session: nox.Session, group: str, *arguments: str) -> None:
    """Run a Python module in a group's environment and leave with its exit code.

    `session.run` would turn every failure into exit code 1; 2 means that nothing could be graded.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONOPTIMIZE"}
    process = subprocess.Popen([python(session, group), "-m", *arguments], cwd=ROOT, env=environment)
    while True:
        try:
            code = process.wait()
            break
        except KeyboardInterrupt:  # the command has heard it too, and knows best what to put in order before it ends
            continue
    if code:
        sys.exit(code if code > 0 else 2)  # negative: a signal ended it


def _group_of(session: nox.Session) -> str:
    """Return the group that a command needs for the exercises that it names: those of stage 3 come with models."""
    return "models" if any(argument.startswith("3.") for argument in session.posargs) else "grader"


def _group_of_class(session: nox.Session) -> str:
    """Return the group that a class needs: without --stage, --only and --points it is everything."""
    given = " ".join(session.posargs)
    ids = [id_ for part in re.findall(r"--(?:stage|only)[= ]([\d.,]+)", given) for id_ in part.split(",")]
    points = re.search(r"--points[= ](\S+)", given)
    if not ids and points and Path(points[1]).is_file():
        ids = re.findall(r'^\s*"?(\d+\.\d+)', Path(points[1]).read_text(errors="replace"), re.MULTILINE)
    return "grader" if ids and not any(id_.startswith("3") for id_ in ids) else "models"


def _stage(number: int, group: str = "grader") -> None:
    @nox.session(name=f"stage{number}", default=number == 1)
    def stage(session: nox.Session) -> None:
        run(session, group, "grader", "grade", str(number), *session.posargs)

    stage.__doc__ = f"Grade stage {number}, or the exercises that you name: nox -s stage{number} -- {number}.3"


_stage(1)
_stage(2)
_stage(3, "models")


@nox.session
def watch(session: nox.Session) -> None:
    """Grade an exercise at once and again on every save: nox -s watch, or nox -s watch -- 1.3."""
    run(session, _group_of(session), "grader", "watch", *session.posargs)


@nox.session
def play(session: nox.Session) -> None:
    """Run an exercise as a program, unscored, with prints and breakpoint(): nox -s play -- 1.3."""
    run(session, _group_of(session), "grader", "play", *session.posargs)


@nox.session
def hint(session: nox.Session) -> None:
    """Tell the next hint of an exercise: nox -s hint -- 1.3."""
    run(session, "grader", "grader", "hint", *session.posargs)


@nox.session
def reset(session: nox.Session) -> None:
    """Put an exercise's stub back and keep what you had: nox -s reset -- 1.3."""
    run(session, "grader", "grader", "reset", *session.posargs)


@nox.session
def reveal(session: nox.Session) -> None:
    """Show the solution of an exercise that has passed, and how yours differs: nox -s reveal -- 1.3."""
    run(session, _group_of(session), "grader", "reveal", *session.posargs)


@nox.session
def progress(session: nox.Session) -> None:
    """Show where you stand and what comes next, and write it as a page: reports/index.html."""
    run(session, "grader", "grader", "progress", *session.posargs)


@nox.session
def doctor(session: nox.Session) -> None:
    """Say what this machine can grade on, what is missing, and the command that mends it."""
    run(session, "grader", "grader", "doctor", *session.posargs)


@nox.session
def pull(session: nox.Session) -> None:
    """Download the Milvus image for the container backend (roughly 1 GB)."""
    run(session, "grader", "grader", "pull", *session.posargs)


@nox.session
def movielens(session: nox.Session) -> None:
    """Say what MovieLens 100k is and under which terms; `-- --accept` downloads it (22 MB), for exercise 3.3."""
    run(session, "grader", "fixtures.movielens", *session.posargs)


@nox.session
def up(session: nox.Session) -> None:
    """Start Milvus with etcd and MinIO by Docker Compose and say its address; `-- --single` for one container."""
    run(session, "grader", "grader", "up", *session.posargs)


@nox.session
def down(session: nox.Session) -> None:
    """Stop every Milvus that the kit has started."""
    run(session, "grader", "grader", "down", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Grade a solution many times and keep every verdict: nox -s soak -- 1.3 --times 20."""
    run(session, _group_of(session), "grader", "soak", *session.posargs)


@nox.session
def authoring(session: nox.Session) -> None:
    """Hold each exercise to its promises: stubs fail, solutions pass, every known-bad is rejected."""
    run(session, "tests", "grader", "authoring", *session.posargs)


@nox.session
def autograde(session: nox.Session) -> None:
    """Grade a class, apart, in parallel, and going on where it stopped: nox -s autograde -- submissions --stage 1."""
    run(session, _group_of_class(session), "grader", "autograde", *session.posargs)


@nox.session
def classroom(session: nox.Session) -> None:
    """Give exercises out: nox -s classroom -- template ../for-my-class --only 1.3,2.1."""
    run(session, "grader", "grader", "classroom", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the kit's own tests, against real servers, two groups at a time in their own order: much of it is waiting."""
    xdist = ["-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"]
    run(session, "tests", "pytest", *xdist, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure save → verdict, and where the time goes; `-- compare`: Milvus beside faiss; `-- class`: a whole class."""
    run(session, "bench" if "compare" in session.posargs else "tests", "benchmarks", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types."""
    interpreter = python(session, "lint")
    codes = [
        subprocess.call([interpreter, "-m", *command], cwd=ROOT)
        for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    ]
    if any(codes):
        sys.exit(1)
