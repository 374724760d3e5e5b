"""The runner, end to end: real learner processes, every way in which one can end, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.explain import explained
from grader.runner import forking, launch
from grader.runner.errors import Kind, LearnerError
from grader.runner.guard import Limits
from grader.runner.launch import Launcher, LaunchError, SpawnLauncher, ZygoteLauncher
from grader.runner.source import FILE_CAP_BYTES, FILES_CAP, Source
from grader.runner.submission import Process, Submission
from infra.backends import Server, shared_server
from infra.endpoint import Endpoint

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = Limits()
SHORT = Limits(call_s=0.5)
SMALL = Limits(memory_mb=400)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to the zygote")

Submit = Callable[..., Submission]


SECRET = "secret-of-the-grader"


@pytest.fixture(scope="module", autouse=True)
def grader_with_secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MILVUS_TOKEN", "GITHUB_TOKEN", "DOJO_SEED"):
            patch.setenv(name, SECRET)
        yield


@pytest.fixture(scope="module")
def spawner() -> Iterator[Launcher]:
    launcher = SpawnLauncher()
    yield launcher
    launcher.close()


@pytest.fixture(scope="module")
def fragile() -> Iterator[ZygoteLauncher]:
    """A zygote that tests may kill."""
    launcher = ZygoteLauncher()
    yield launcher
    launcher.close()


@pytest.fixture
def submit(tmp_path: Path, launcher: Launcher) -> Iterator[Submit]:
    """Make submissions out of source text; all are closed at the end."""
    made: list[Submission] = []

    def make(
        text: str, limits: Limits = DEFAULT, launcher: Launcher = launcher, drives: str | None = None
    ) -> Submission:
        path = tmp_path / f"answer{len(made)}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        drives_path = None
        if drives is not None:
            drives_path = tmp_path / "drives.py"
            drives_path.write_text(textwrap.dedent(drives), encoding="utf-8")
        made.append(Submission(Source("test", path, drives_path), launcher, limits))
        return made[-1]

    yield make
    for submission in made:
        submission.close()


@pytest.fixture(scope="module")
def lite(state_dir: Path) -> Server:
    assert state_dir.is_dir()
    return shared_server("lite")


def error_of(action: Callable[[], object]) -> LearnerError:
    with pytest.raises(LearnerError) as caught:
        action()
    return caught.value


def gone_within(pid: int, seconds: float) -> bool:
    """Wait for a process to be gone, or dead and not collected yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


# Each kind of error.

FATAL_CODE = """
import ctypes, os, re, stat, struct, time

def write(data):
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, data)
        except OSError:
            pass

def write_frame(document):
    write(struct.pack("!i", len(document)) + document.encode())

def f():
    {statement}
"""

ANSWERED = """
    from pymilvus import MilvusException

    def refused(name):
        check(name)

    def check(name):
        raise MilvusException(1100, f"no collection {name}")

    def todo():
        raise NotImplementedError

    def two(first, second):
        return first

    def makes_clients():
        return (open(__file__) for _ in range(2))

    def skips():
        import pytest
        pytest.skip("later")

    def leaves():
        raise SystemExit(3)

    def everything():
        return "x" * (2 << 20)

    class Odd(Exception):
        def __str__(self):
            return self.missing

    def odd():
        raise Odd

    class Row(dict):
        def items(self):
            raise RuntimeError("closed")

    def unreadable():
        return Row(a=1)
"""


@pytest.mark.parametrize("kind_of_launcher", ["launcher", "spawner"])
def test_an_exception_or_a_wrong_value_is_an_answer_and_the_process_goes_on(
    kind_of_launcher: str, submit: Submit, request: pytest.FixtureRequest
) -> None:
    submission = submit(ANSWERED, launcher=request.getfixturevalue(kind_of_launcher))

    refused = error_of(lambda: submission.call("refused", "films"))
    assert (refused.kind, refused.type, refused.code) == ("raised", "MilvusException", 1100)
    assert refused.message == "no collection films"
    assert refused.function == "refused"
    assert refused.where.splitlines() == [
        "answer0.py:5 in refused: check(name)",
        'answer0.py:8 in check: raise MilvusException(1100, f"no collection {name}")',
    ]

    seen = {
        name: error_of(lambda name=name, args=args: submission.call(name, *args))  # type: ignore[misc]
        for name, args in {
            "todo": [],
            "missing": [],
            "two": [1],
            "makes_clients": [],
            "skips": [],
            "leaves": [],
            "everything": [],
            "odd": [],
            "unreadable": [],
        }.items()
    }
    assert {name: (error.kind, error.type) for name, error in seen.items()} == {
        "todo": ("not_implemented", "NotImplementedError"),
        "missing": ("no_function", ""),
        "two": ("signature", ""),
        "makes_clients": ("not_plain", ""),
        "skips": ("raised", "Skipped"),
        "leaves": ("raised", "SystemExit"),
        "everything": ("too_large", ""),
        "odd": ("raised", "Odd"),
        "unreadable": ("not_plain", ""),
    }
    assert seen["two"].message == "two(first, second): missing a required argument: 'second'"
    assert seen["makes_clients"].message == "TextIOWrapper"
    assert seen["odd"].where.endswith("in odd: raise Odd")
    assert submission.call("two", 1, 2) == 1


IMPORTS: dict[str, tuple[str, str, str]] = {
    "a syntax error": ("\n\ndef two(\n", "SyntaxError", "'(' was never closed (answer0.py, line 3)"),
    "an exception": ("x = {}['key']", "KeyError", "'key'"),
    "the stub's error": ("raise NotImplementedError('later')", "NotImplementedError", "later"),
    "exit": ("import sys; sys.exit(0)", "SystemExit", "0"),
    "a skip": (
        "import pytest; pytest.skip('not today', allow_module_level=True)",
        "Skipped",
        "not today",
    ),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_file_that_cannot_be_imported_is_not_loaded(name: str, submit: Submit) -> None:
    text, type_, message = IMPORTS[name]
    error = error_of(lambda: submit(text).call("f"))
    assert (error.kind, error.type) == ("not_loaded", type_)
    assert message in error.message
    assert "answer0.py" in (error.where or error.message)


def test_a_missing_file_is_not_loaded_and_an_empty_one_has_no_function(tmp_path: Path, submit: Submit) -> None:
    empty = submit("")
    assert error_of(lambda: empty.call("f")).kind == "no_function"
    missing = submit("")
    (tmp_path / "answer1.py").unlink()
    error = error_of(lambda: missing.call("f"))
    assert (error.kind, error.type, error.message) == ("not_loaded", "FileNotFoundError", "answer1.py")


def test_what_was_printed_before_an_import_failed_is_kept(submit: Submit) -> None:
    submission = submit("print('so far so good')\nraise ValueError")
    assert error_of(lambda: submission.call("f")).kind == "not_loaded"
    assert submission.printed == "so far so good\n"


FATAL: dict[str, tuple[str, Limits, Kind, str]] = {
    "a loop that never ends": ("while True: pass", SHORT, "time_limit", ""),
    "a C call that never ends": ("re.match('(a+)+$', 'a' * 60 + 'b')", SHORT, "time_limit", ""),
    "half a frame": ("write(struct.pack('!i', 999) + b'abc'); time.sleep(600)", SHORT, "time_limit", ""),
    "too much memory": ("x = b'x' * (600 << 20); time.sleep(600)", SMALL, "memory_limit", ""),
    "a flood of output": ("while True: os.write(1, b'x' * 65536)", DEFAULT, "output_limit", ""),
    "os._exit(0)": ("os._exit(0)", DEFAULT, "crashed", "exit code 0"),
    "a crash in native code": ("ctypes.string_at(0)", DEFAULT, "crashed", "signal SIGSEGV"),
    "garbage": ("write(b'garbage' * 9); time.sleep(600)", DEFAULT, "forged", ""),
    "an error that only the grader may give": (
        """write_frame('{"value":{"d":{"error":["time_limit","",0,"",""]}},"arrays":[]}')""",
        DEFAULT,
        "forged",
        "",
    ),
    "an answer of no known form": (
        """write_frame('{"value":{"d":{"pass":true}},"arrays":[]}')""",
        DEFAULT,
        "forged",
        "",
    ),
}
FATAL_ANYWHERE = ["half a frame", "too much memory", "a flood of output", "a crash in native code", "garbage"]


@pytest.mark.parametrize(
    ("name", "kind_of_launcher"),
    [*((name, "launcher") for name in FATAL), *((name, "spawner") for name in FATAL_ANYWHERE)],
)
def test_the_end_of_a_process_says_what_ended_it_and_the_next_one_works(
    name: str, kind_of_launcher: str, submit: Submit, request: pytest.FixtureRequest
) -> None:
    statement, limits, kind, message = FATAL[name]
    launcher = request.getfixturevalue(kind_of_launcher)
    submission = submit(FATAL_CODE.replace("{statement}", statement), limits, launcher)
    error = error_of(lambda: submission.call("f"))
    assert (error.kind, error.function) == (kind, "f")
    assert message in error.message
    submission.close()
    if kind_of_launcher == "launcher":
        assert submit("def f(): return 1", launcher=launcher).call("f") == 1


def test_a_hang_at_import_is_stopped_too(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.runner.submission.LOAD_LIMIT_S", 0.5)
    error = error_of(lambda: submit("import time; time.sleep(600)").call("f"))
    assert (error.kind, error.function) == ("time_limit", "")


def test_memory_of_processes_that_the_learner_started_counts(submit: Submit) -> None:
    submission = submit(
        """
        import subprocess, sys

        def f():
            subprocess.run([sys.executable, "-c", "x = b'x' * (600 << 20); input()"], stdin=subprocess.PIPE)
        """,
        SMALL,
    )
    assert error_of(lambda: submission.call("f")).kind == "memory_limit"


def test_a_result_of_the_liars_kind_arrives_as_what_it_is(submit: Submit) -> None:
    submission = submit(
        """
        class Best(float):
            def __ge__(self, other): return True
            def __eq__(self, other): return True

        def recall():
            return Best(0.1)
        """
    )
    recall = submission.call("recall")
    assert type(recall) is float
    assert not recall >= 0.95


# Ways to call.


def test_coroutines_are_awaited_and_generators_of_both_kinds_are_drained_to_a_cap(submit: Submit) -> None:
    submission = submit(
        """
        import asyncio, itertools

        async def later(n):
            await asyncio.sleep(0)
            return n

        async def some():
            for n in range(3):
                await asyncio.sleep(0)
                yield n

        def endless():
            yield from itertools.count()

        async def endless_too():
            for n in itertools.count():
                yield n

        async def a_generator():
            return (n for n in range(3))
        """
    )
    assert submission.call("later", 7) == 7
    assert submission.call("some") == [0, 1, 2]
    assert submission.call("a_generator") == [0, 1, 2]
    assert len(submission.call("endless")) == 10_000
    assert len(submission.call("endless_too")) == 10_000


def test_an_async_client_works_in_every_call_of_a_process(submit: Submit, lite: Server) -> None:
    submission = submit(
        """
        async def has(client, name):
            return await client.has_collection(name)
        """
    )
    endpoint = Endpoint("async_client", lite.uri)
    assert [submission.call("has", endpoint, "no_such_thing") for _ in range(2)] == [False, False]
    assert submission.map("has", [(endpoint, "no_such_thing")] * 2) == [False, False]


def test_endpoints_become_a_client_that_calls_share_or_a_uri(submit: Submit, lite: Server) -> None:
    submission = submit(
        """
        def version(client):
            return client.get_server_version(), id(client)

        def same(uri):
            return uri
        """
    )
    (version, first), (_, second) = (submission.call("version", Endpoint("client", lite.uri)) for _ in range(2))
    assert version
    assert first == second
    assert submission.call("same", Endpoint("uri", lite.uri)) == lite.uri


def test_map_brings_one_outcome_for_each_call(submit: Submit) -> None:
    submission = submit("def half(n): return n / (n - 1)")
    first, second, third = submission.map("half", [(2,), (1,), (3,)])
    assert (first, third) == (2.0, 1.5)
    assert isinstance(second, LearnerError)
    assert (second.kind, second.type, second.function) == ("raised", "ZeroDivisionError", "half")


def test_a_drive_runs_beside_the_exercise(submit: Submit) -> None:
    submission = submit(
        "def add(a, b): return a + b",
        drives="def add_twice(exercise, n):\n    return [exercise.add(n, n), exercise.add(n, 1)]",
    )
    assert submission.drive("add_twice", 4) == [8, 5]


@pytest.mark.parametrize(
    ("drive", "kind", "function"),
    [
        ("exercise.outer()", "raised", "inner"),
        ("exercise.todo()", "not_implemented", "todo"),
        ("exercise.forgotten()", "no_function", "forgotten"),
        ("None.shelf", "raised", ""),
        ("exercise.outer(1)", "raised", ""),
        ("exercise.leave()", "crashed", ""),
    ],
)
def test_an_error_in_a_drive_names_the_learners_function(submit: Submit, drive: str, kind: str, function: str) -> None:
    exercise = """
        import os
        def outer(): inner()
        def inner(): raise ValueError("no")
        def todo(): raise NotImplementedError
        def leave(): os._exit(3)
    """
    submission = submit(exercise, drives=f"def situation(exercise):\n    {drive}")
    with pytest.raises(LearnerError) as caught:
        submission.drive("situation")
    assert (caught.value.kind, caught.value.function, caught.value.situation) == (kind, function, "situation")
    sentence = str(explained(caught.value, DEFAULT))
    assert (f"{function}()" if function else "situation()") in sentence


def test_arrays_can_be_changed_in_place_by_the_learner(submit: Submit) -> None:
    submission = submit("def unit(v):\n    v /= (v * v).sum() ** 0.5\n    return v")
    assert np.allclose(submission.call("unit", np.array([3.0, 4.0])), [0.6, 0.8])


def test_state_stays_between_calls_of_a_submission_and_not_beyond(submit: Submit) -> None:
    text = "seen = []\ndef f(x):\n    seen.append(x)\n    return seen"
    submission = submit(text)
    assert [submission.call("f", n) for n in range(2)] == [[0], [0, 1]]
    assert submit(text).call("f", 9) == [9]


def test_each_process_draws_numbers_of_its_own(submit: Submit) -> None:
    text = "import random, numpy\ndef f(): return [random.random(), numpy.random.rand()]"
    first, second = submit(text).call("f"), submit(text).call("f")
    assert first[0] != second[0]
    assert first[1] != second[1]


# Processes of their own.

SERVICE = """
    import signal, sys, time

    def serve(path, on_term):
        if on_term is not None:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(on_term))
        open(path, "w").close()
        time.sleep(600)

    def soon(value):
        return value
"""


def begun(submission: Submission, path: Path, on_term: int | None) -> Process:
    """Start the service and wait until it says that it runs."""
    process = submission.start("serve", str(path), on_term)
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("kind_of_launcher", ["launcher", "spawner"])
def test_a_started_process_goes_on_until_it_is_stopped_or_killed(
    kind_of_launcher: str, submit: Submit, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    submission = submit(SERVICE, launcher=request.getfixturevalue(kind_of_launcher))
    stubborn = begun(submission, tmp_path / "stubborn", None)
    polite = begun(submission, tmp_path / "polite", 3)
    with pytest.raises(TimeoutError):
        stubborn.wait(0.05)
    assert stubborn.exit_code(0.05) is None
    stubborn.kill()
    assert stubborn.exit_code() == -signal.SIGKILL
    assert error_of(stubborn.wait).message == "signal SIGKILL"
    polite.stop()
    assert polite.exit_code() == 3
    assert error_of(polite.wait).type == "SystemExit"


@needs_fork
def test_a_started_process_brings_its_value_and_stays(submit: Submit, tmp_path: Path) -> None:
    submission = submit(SERVICE)
    process = submission.start("soon", 5)
    assert process.wait(20) == 5
    assert process.exit_code(0.05) is None
    plain = begun(submission, tmp_path / "plain", None)
    plain.stop()
    assert plain.exit_code() == -signal.SIGTERM
    submission.close()
    assert gone_within(process.pid, 5)


# Files.


def test_files_are_texts_capped_in_size_and_number_without_links(tmp_path: Path, submit: Submit) -> None:
    submission = submit("")
    assert submission.files == {}
    folder = tmp_path / "answer0"
    (folder / "deep").mkdir(parents=True)
    (folder / "compose.yaml").write_text("services: {}")
    (folder / "deep" / "rules.yml").write_bytes(b"\xff ok")
    (folder / "large").write_bytes(b"x" * (FILE_CAP_BYTES + 1))
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "links").symlink_to("/etc")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
    files = submission.files
    assert set(files) == {"compose.yaml", "deep/rules.yml", "large"}
    assert files["compose.yaml"] == "services: {}"
    assert files["deep/rules.yml"] == "\ufffd ok"
    assert len(files["large"]) == FILE_CAP_BYTES
    for number in range(FILES_CAP + 5):
        (folder / f"more{number}").touch()
    assert len(submission.files) == FILES_CAP


def test_a_file_that_is_missing_or_to_be_written_is_said_to_be_so(submit: Submit) -> None:
    submission = submit("")
    folder = submission.source.path.with_suffix("")
    with pytest.raises(LearnerError) as missing:
        submission.file("compose.yaml")
    shown = f"{folder.name}/compose.yaml"
    assert explained(missing.value, Limits()).id == "no_file"
    assert shown in str(explained(missing.value, Limits()))
    folder.mkdir()
    (folder / "compose.yaml").write_text("# TODO(dojo): write it\nservices: {}\n")
    with pytest.raises(LearnerError) as unwritten:
        submission.file("compose.yaml")
    assert explained(unwritten.value, Limits()).id == "not_implemented"
    assert shown in str(explained(unwritten.value, Limits()))
    (folder / "compose.yaml").write_text("services: {}\n")
    assert submission.file("compose.yaml") == "services: {}\n"


def test_a_folder_that_is_a_link_has_no_files(tmp_path: Path, submit: Submit) -> None:
    submission = submit("")
    (tmp_path / "answer0").symlink_to("/etc")
    assert submission.files == {}


# What the learner's process sees.


def test_what_is_printed_is_kept_with_its_beginning_and_its_end(submit: Submit) -> None:
    submission = submit(
        """
        import os, subprocess, sys

        print("at import")

        def f():
            print("to stderr", file=sys.stderr)
            os.write(1, b"raw\\n")
            subprocess.run(["echo", "from a child"])
            print("x" * 100_000)
            print("the end", end="")
        """
    )
    submission.call("f")
    submission.close()
    lines = submission.printed.splitlines()
    assert lines[:4] == ["at import", "to stderr", "raw", "from a child"]
    assert lines[-1] == "the end"
    assert any(line.startswith("… ") and line.endswith(" bytes cut …") for line in lines)
    assert len(submission.printed) < 10_000


ENVIRONMENT = """
    import os, sys

    def look():
        return {"environment": dict(os.environ), "stdin": sys.stdin.read()}
"""


@pytest.mark.parametrize("kind_of_launcher", [pytest.param("fragile", marks=needs_fork), "spawner"])
def test_secrets_of_the_grader_are_not_in_the_environment_and_stdin_is_empty(
    kind_of_launcher: str, submit: Submit, request: pytest.FixtureRequest
) -> None:
    assert SECRET in os.environ.values()
    seen = submit(ENVIRONMENT, launcher=request.getfixturevalue(kind_of_launcher)).call("look")
    assert seen["stdin"] == ""
    assert SECRET not in seen["environment"].values()
    assert seen["environment"]["PATH"] == os.environ["PATH"]


@needs_linux
def test_a_child_holds_its_own_channel_and_nothing_of_the_zygote_or_of_another_child(submit: Submit) -> None:
    text = """
    import os

    def held():
        with os.scandir("/proc/self/fd") as entries:
            return {e.name: os.readlink(e.path) for e in entries if os.path.exists(e.path) or True}
    """
    held = [submission.call("held") for submission in (submit(text), submit(text))]
    sockets = []
    for descriptors in held:
        assert descriptors.pop("0") == "/dev/null"
        assert descriptors.pop("1") == descriptors.pop("2")
        targets = [target for target in descriptors.values() if not target.startswith("/proc/")]
        assert len(targets) == 1, targets
        assert targets[0].startswith("socket:")
        sockets.append(targets[0])
    assert sockets[0] != sockets[1]


# What is left behind.


def test_threads_that_go_on_do_not_hold_up_the_end(submit: Submit) -> None:
    submission = submit(
        """
        import os, threading, time

        def f():
            threading.Thread(target=time.sleep, args=[600]).start()
            return os.getpid()
        """
    )
    pid = submission.call("f")
    began = time.monotonic()
    submission.close()
    assert time.monotonic() - began < 2
    assert gone_within(pid, 5)


@needs_linux
@pytest.mark.parametrize(
    "command",
    [
        "sleep 600 & echo $!",
        "setsid sleep 600 & echo $!",
        # Its parent leaves it behind at once, and leads a session of its own.
        "setsid sh -c 'setsid sleep 600 & echo $!'",
        # A chain: whoever ends the first makes an orphan of the second.
        "setsid sh -c 'setsid sh -c \"echo \\$\\$; sleep 600; true\"; true' &",
    ],
    ids=["in the group", "in a session", "an orphan", "a chain of orphans"],
)
def test_processes_that_learner_code_leaves_behind_are_ended(command: str, submit: Submit) -> None:
    submission = submit(
        """
        import subprocess

        def f(command):
            process = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, start_new_session=True)
            return int(process.stdout.readline())
        """
    )
    pid = submission.call("f", command)
    assert psutil.pid_exists(pid)
    submission.close()
    assert gone_within(pid, 5)


def test_a_process_that_detached_itself_is_ended_without_a_zygote_too(submit: Submit, spawner: Launcher) -> None:
    submission = submit(
        """
        import subprocess, sys

        def f():
            return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True).pid
        """,
        launcher=spawner,
    )
    pid = submission.call("f")
    submission.close()
    assert gone_within(pid, 5)


@needs_linux
def test_a_service_that_a_running_process_started_survives_the_end_of_another(submit: Submit) -> None:
    service = submit(
        """
        import subprocess

        def f():
            return int(subprocess.check_output(["sh", "-c", "sleep 600 >/dev/null & echo $!"]))
        """
    )
    pid = service.call("f")
    other = submit("def f(): return 1")
    other.call("f")
    other.close()
    submit("def f(): return 1").call("f")
    assert not gone_within(pid, 0.2)
    service.close()
    assert gone_within(pid, 5)


# The zygote.


@needs_fork
def test_a_zygote_that_learner_code_kills_is_replaced(submit: Submit, fragile: ZygoteLauncher) -> None:
    text = "import os, time\ndef f():\n    os.kill(os.getppid(), 9)\n    time.sleep(600)"
    submission = submit(text, launcher=fragile)
    assert error_of(lambda: submission.call("f")).kind == "crashed"
    submission.close()
    assert submit("def f(): return 1", launcher=fragile).call("f") == 1


@needs_fork
def test_a_zygote_that_learner_code_stops_is_replaced(
    submit: Submit, fragile: ZygoteLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "FORK_LIMIT_S", 0.5)
    text = "import os, signal\ndef f():\n    os.kill(os.getppid(), signal.SIGSTOP)\n    return os.getppid()"
    stopped = submit(text, launcher=fragile).call("f")
    assert submit("def f(): return 1", launcher=fragile).call("f") == 1
    assert gone_within(stopped, 1)


@needs_fork
def test_a_zygote_that_cannot_start_is_the_graders_own_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "clean_environment", lambda: {"PYTHONPATH": "/nowhere", "PATH": ""})
    monkeypatch.setattr(launch, "ROOT", Path("/"))
    launcher = ZygoteLauncher()
    try:
        with pytest.raises(LaunchError):
            launcher.launch()
    finally:
        launcher.close()


@needs_fork
def test_after_an_interrupted_launch_each_child_has_its_own_pid(
    submit: Submit, fragile: ZygoteLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check's alarm may ring at any moment, also between the request for a child and the answer."""

    class Alarm(Exception):
        pass

    def ring(*_: object) -> int:
        raise Alarm

    with monkeypatch.context() as patch:
        patch.setattr(forking.Forker, "_answer_to", ring)
        with pytest.raises(Alarm):
            fragile.launch()
    process = submit("import os\ndef f(): return os.getpid()", launcher=fragile).start("f")
    assert process.wait(20) == process.pid


GRADER = """
import sys, threading
from pathlib import Path
from grader.runner.guard import Limits
from grader.runner.launch import SpawnLauncher, ZygoteLauncher
from grader.runner.source import Source
from grader.runner.submission import Submission

launcher = {launcher}()
submission = Submission(Source("test", Path({path!r})), launcher, Limits())
pid, parent = submission.call("who")
print(pid, parent, flush=True)
submission.call("hang")
"""


@needs_fork
@pytest.mark.parametrize("kind", ["ZygoteLauncher", "SpawnLauncher"])
def test_the_death_of_the_grader_leaves_no_process(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "hangs.py"
    path.write_text(
        "import os\ndef who(): return os.getpid(), os.getppid()\n"
        "def hang():\n    import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while True: pass\n"
    )
    program = GRADER.format(launcher=kind, path=str(path))
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        pid, parent = map(int, grader.stdout.readline().split())
        family = [process.pid for process in psutil.Process(grader.pid).children(recursive=True)]
        assert pid in family
        assert parent in [*family, grader.pid]
        grader.kill()
    assert [process for process in family if not gone_within(process, 5)] == []


def test_closing_a_launcher_ends_its_children(submit: Submit) -> None:
    launcher = SpawnLauncher()
    process = submit("def f(): return 1", launcher=launcher).start("f")
    assert process.wait(20) == 1
    launcher.close()
    assert gone_within(process.pid, 5)
