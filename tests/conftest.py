"""What the kit's tests share: one state directory for all servers of the run, and one warm launcher."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import ReadWriteLock

from grader.curriculum import Exercise
from grader.places import Places
from grader.runner.launch import Launcher, start_launcher
from infra.backends import availability, stop_all, wheel

LONG = (
    "test_planted",
    "test_exercises-3.1",
    "test_exercises-2.1",
    "test_exercises-2.2",
    "test_exercises-3.4",
    "test_container",
    "test_exercises-2.3",
    "test_watch",
    "test_exercises-2.4",
    "test_exercises-3.3",
    "test_sandbox",
    "test_exercises-1.1",
    "test_commands",
    "test_class_run",
    "test_docker_commands",
    "test_exercises-3.2",
    "test_red_team_class",
)
"""Groups of tests that take more than a minute, the longest first: what begins last is short, so both workers end
together."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that leaves nothing out."""
    parser.addoption("--thorough", action="store_true", help="every known-bad, and all that passes on each backend")


def pytest_configure(config: pytest.Config) -> None:
    """Hear Ctrl-C even where whoever started this ignores it, as a shell does in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "thorough: says what another test says too, in other words: see --thorough")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of its own, which else comes before this one
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Leave out what is for a thorough run, unless it is one, and put tests into groups."""
    if not config.getoption("thorough"):
        left_out = {item for item in items if item.get_closest_marker("thorough")}
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]
    _group(items)


def _group(items: list[pytest.Function]) -> None:
    """Let the tests of a file run on one worker, which shares its servers; those of an exercise are their own group.

    All promises of all exercises stand in one file, which would keep one worker busy long after the other has nothing
    left to do. Long groups begin first.
    """
    groups: dict[str, list[pytest.Function]] = {}
    for item in items:
        part = _exercise_of(item)
        name = item.path.stem if part is None else f"{item.path.stem}-{part}"
        item.add_marker(pytest.mark.xdist_group(name))
        groups.setdefault(name, []).append(item)
    rank = {name: place for place, name in enumerate(LONG)}
    order = sorted(groups, key=lambda name: rank.get(name, len(LONG)))
    items[:] = [item for name in order for item in sorted(groups[name], key=_backend)]


def _backend(item: pytest.Item) -> str:
    """Return on which backend an exercise is graded, so that each is started once; empty where there is none."""
    return str(_parameters(item).get("places", ""))


def _exercise_of(item: pytest.Function) -> str | None:
    """Return the id of the exercise whose promise a test is about."""
    parameters = _parameters(item)
    if item.path.stem != "test_exercises":
        return None
    given = (parameters.get("exercise"), getattr(parameters.get("bad"), "exercise", None))
    return next((exercise.id for exercise in given if isinstance(exercise, Exercise)), None)


def _parameters(item: pytest.Item) -> dict[str, object]:
    """Return what a test is parametrized with."""
    return item.callspec.params if hasattr(item, "callspec") else {}


class Room:
    """Where a test runs: beside those of the other workers, until it asks to be alone."""

    def __init__(self, lock: ReadWriteLock) -> None:
        self._lock = lock
        self._held = ExitStack()

    def share(self) -> None:
        """Run beside others."""
        self._held.close()
        self._held.enter_context(self._lock.read_lock())

    def take(self) -> None:
        """Wait until nobody else is there, and let nobody in: what noise has left undecided is repeated so."""
        self._held.close()
        self._held.enter_context(self._lock.write_lock())

    def leave(self) -> None:
        """Let others in."""
        self._held.close()


@pytest.fixture(autouse=True)
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Run a test beside those of the other workers, unless it takes the room for itself."""
    own = Room(ReadWriteLock(tmp_path_factory.getbasetemp().parent / "room.db"))  # in the folder of all workers
    own.share()
    yield own
    own.leave()


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory of the test run, so that no test meets a server of the user's; all is stopped at the end.

    The unpacked 2.3.5 server is borrowed from the user's cache, as it is the same for everybody.
    """
    place = tmp_path_factory.mktemp("state")
    if any(row.backend == "server" and row.ok for row in availability()):
        unpacked = wheel.unpacked_server(announce=lambda _: None)
        (place / unpacked.name).symlink_to(unpacked)
    before = os.environ.get("DOJO_STATE_DIR")
    os.environ["DOJO_STATE_DIR"] = str(place)
    yield place
    stop_all()
    os.environ.pop("DOJO_STATE_DIR")
    if before is not None:
        os.environ["DOJO_STATE_DIR"] = before


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """Starts learner code for every test of the run."""
    warm = start_launcher()
    yield warm
    warm.close()


@pytest.fixture(scope="module")
def places(state_dir: Path) -> Iterator[Places]:
    """The shared milvus-lite of the test run, and the databases of one module."""
    assert state_dir.is_dir()
    opened = Places("lite", lambda _: None)
    yield opened
    opened.close()
