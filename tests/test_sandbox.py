"""The sandbox, from inside: what learner code sees, what it reaches, what it may use, and what is left of it."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.curriculum import ROOT
from grader.runner import enclosure, forking, guard, openings, world
from grader.runner.errors import LearnerError
from grader.runner.guard import Limits
from grader.runner.handing import handed_out
from grader.runner.sandbox import KEPT, SandboxLauncher, SandboxUnavailable, require_sandbox
from grader.runner.source import Source
from grader.runner.submission import Submission
from infra.backends import Server, shared_server
from infra.endpoint import Endpoint
from tests.sandbox_here import need_sandbox
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is there on Linux only")

DEFAULT = Limits()
Submit = Callable[..., Submission]


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[SandboxLauncher]:
    need_sandbox()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", "secret-of-the-grader")
        launcher = SandboxLauncher()
        yield launcher
        launcher.close()


@pytest.fixture
def submit(tmp_path: Path, sandboxes: SandboxLauncher) -> Iterator[Submit]:
    """Make submissions out of source text; all are closed at the end."""
    made: list[Submission] = []

    def make(text: str, limits: Limits = DEFAULT, launcher: SandboxLauncher = sandboxes, name: str = "") -> Submission:
        path = tmp_path / (name or f"answer{len(made)}.py")
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        made.append(Submission(Source("test", path), launcher, limits))
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


# What it sees.

WALKS = """
import os

def files():
    found = []
    for folder, names, files in os.walk("/"):
        names[:] = [name for name in names if os.path.join(folder, name) not in ("/proc", "/usr")]
        found += [os.path.join(folder, name) for name in files if "site-packages" not in folder]
    return [path for path in found if "/lib/python3" not in path and "/bin/" not in path][:5_000]

def text(path):
    return open(path).read()

def listed(path):
    return sorted(os.listdir(path))
"""


def test_of_the_kit_a_child_sees_only_what_it_imports(submit: Submit) -> None:
    files = submit(WALKS).call("files")
    ours = {path for path in files if not path.startswith(("/etc/", "/dev/", sys.prefix, sys.base_prefix))}
    assert "/dojo/grader/runner/child.py" in ours
    assert "/submission/answer0.py" in ours
    names = ("solutions", "checks", "known_bad", "tests", "exercises", ".git", ".dojo", "reports", "curriculum.toml")
    assert [path for path in ours if set(Path(path).parts) & set(names)] == []
    assert [path for path in ours if not path.startswith(("/dojo/", "/submission/"))] == []


@pytest.mark.parametrize("name", ["solutions", "checks", "known_bad", "tests", ".git", "grader/session.py"])
def test_the_kits_own_place_is_not_there(name: str, submit: Submit) -> None:
    for base in (ROOT, "/dojo"):
        assert error_of(lambda base=base: submit(WALKS).call("text", f"{base}/{name}")).type == "FileNotFoundError"


def test_the_folder_beside_the_file_is_there_and_the_neighbours_are_not(submit: Submit, tmp_path: Path) -> None:
    folder = tmp_path / "ex01_setup" / "more"
    folder.mkdir(parents=True)
    (folder / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    (tmp_path / "ex02_other.py").write_text("SECRET = 1\n", encoding="utf-8")
    (tmp_path / "ex01_setup" / "link.txt").symlink_to("/etc/hostname")
    submission = submit(WALKS, name="ex01_setup.py")
    assert submission.call("listed", "/submission") == ["ex01_setup", "ex01_setup.py"]
    assert submission.call("listed", "/submission/ex01_setup") == ["more"]
    assert submission.call("text", "/submission/ex01_setup/more/compose.yaml") == "services: {}\n"


def test_modules_beside_the_file_come_where_they_are_its_authors(tmp_path: Path, sandboxes: SandboxLauncher) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "words.py").write_text("WORDS = 1\n", encoding="utf-8")
    (tmp_path / "own" / "more.py").write_text("MORE = 2\n", encoding="utf-8")
    (tmp_path / "link.py").symlink_to("/etc/hostname")
    path = tmp_path / "ex01_setup.py"
    path.write_text(f"{WALKS}\ndef f():\n    import own.more, words\n    return words.WORDS + own.more.MORE\n")
    with closing(Submission(Source("class", path, owns_folder=True), sandboxes, DEFAULT)) as submission:
        assert submission.call("f") == 3
        assert submission.call("listed", "/submission") == ["ex01_setup.py", "own", "words.py"]
    with closing(Submission(Source("alone", path), sandboxes, DEFAULT)) as submission:
        assert error_of(lambda: submission.call("f")).type == "ModuleNotFoundError"


def test_a_file_that_is_a_link_is_not_there(submit: Submit, tmp_path: Path) -> None:
    submission = submit("def f(): return 1")
    submission.source.path.unlink()
    (tmp_path / "real.py").write_text("def f(): return 2\n", encoding="utf-8")
    submission.source.path.symlink_to(tmp_path / "real.py")
    assert error_of(lambda: submission.call("f")).kind == "not_loaded"


def test_drives_come_as_text(submit: Submit, tmp_path: Path, sandboxes: SandboxLauncher) -> None:
    (tmp_path / "drives_01.py").write_text("def twice(exercise, x): return 2 * exercise.f(x)\n", encoding="utf-8")
    path = submit("def f(x): return x + 1").source.path
    for source in (Source("d", path, tmp_path / "drives_01.py"), Source("d", path, tmp_path / "drives_01.py").hold()):
        with closing(Submission(source, sandboxes, DEFAULT)) as submission:
            assert submission.drive("twice", 20) == 42


def test_what_was_written_under_a_closed_umask_is_read_nevertheless(tmp_path: Path) -> None:
    need_sandbox()
    before = os.umask(0o077)
    try:
        path = tmp_path / "closed.py"
        path.write_text("from pathlib import Path\ndef f(): return Path(__file__).with_suffix('.d').name\n")
        (tmp_path / "closed").mkdir()
        (tmp_path / "closed" / "a.txt").write_text("a")
        with closing(SandboxLauncher()) as launcher, closing(Submission(Source("c", path), launcher, DEFAULT)) as mine:
            assert mine.call("f") == "closed.d"
    finally:
        os.umask(before)


def test_files_that_checks_write_come_when_they_are_named(submit: Submit, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    submission = submit(WALKS)
    picture, secret = folder / "a.txt", tmp_path / "secret.txt"
    picture.write_text("one")
    secret.write_text("of another")
    picture.chmod(0o600)
    with handed_out(folder):
        assert submission.call("text", str(picture)) == "one"
        picture.write_text("two")
        assert submission.map("text", [[str(picture)]]) == ["two"]
        assert submission.call("listed", str(folder)) == ["a.txt"]
        picture.unlink()
        for path in (picture, secret, f"{folder}/../secret.txt"):
            assert error_of(lambda path=path: submission.call("text", str(path))).type == "FileNotFoundError"


ENVIRONMENT = "import os, sys\ndef look(): return dict(os.environ), os.getcwd(), os.getuid(), sys.path"


def test_the_environment_is_clean(submit: Submit) -> None:
    environment, cwd, uid, _ = submit(ENVIRONMENT).call("look")
    assert "secret-of-the-grader" not in environment.values()
    assert (environment["HOME"], environment["TMPDIR"], cwd) == ("/tmp/home", "/tmp", "/dojo")
    assert str(ROOT) not in environment["PYTHONPATH"]
    assert uid not in (0, os.getuid())


STATUS = """
import os
def status():
    lines = (line.partition(":") for line in open("/proc/self/status"))
    return {name: value.strip() for name, _, value in lines}
def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()], os.getpid()
"""


def test_it_has_no_rights_and_cannot_get_any(submit: Submit) -> None:
    status = submit(STATUS).call("status")
    assert {int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_it_sees_no_process_but_its_own(submit: Submit) -> None:
    pids, own = submit(STATUS).call("pids")
    assert sorted(pids) == sorted({1, 2, own})


def test_two_submissions_share_no_files_and_no_processes(submit: Submit, sandboxes: SandboxLauncher) -> None:
    text = """
    import os
    def leave():
        open("/tmp/left", "w").close()
        open("/dev/shm/left", "w").close()
        return os.stat("/proc/self/ns/pid").st_ino, os.stat("/proc/self/ns/net").st_ino, os.getuid()
    def found():
        return os.listdir("/tmp"), os.listdir("/dev/shm")
    """
    one, other = submit(text), submit(text)
    first = one.call("leave")
    in_tmp, shared = other.call("found")
    assert {*in_tmp} <= {"home", *ROOT.relative_to("/").parts[1:2]}  # the second where the kit lies below /tmp
    assert "left" not in in_tmp
    assert shared == []
    assert not set(first[:2]) & set(other.call("leave")[:2])
    assert len(sandboxes._worlds) <= KEPT


def test_exercises_of_one_author_share_a_sandbox(tmp_path: Path, sandboxes: SandboxLauncher) -> None:
    text = "import os\ndef network(): return os.stat('/proc/self/ns/net').st_ino\n"
    found = {}
    for folder, name, owns in (("one", "a", True), ("one", "b", True), ("other", "a", True), ("one", "a", False)):
        path = tmp_path / folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        with closing(Submission(Source("class", path, owns_folder=owns), sandboxes, DEFAULT)) as submission:
            found[folder, name, owns] = submission.call("network")
    assert found["one", "a", True] == found["one", "b", True]
    assert len({found["one", "a", True], found["other", "a", True], found["one", "a", False]}) == 3


def test_an_interpreter_below_tmp_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kit = Path("/tmp/kit/.nox/dojo/lib")
    monkeypatch.setattr(enclosure, "_interpreter", lambda: [kit])
    words = [*enclosure._view()]
    emptied = next(at for at, word in enumerate(words) if words[at : at + 2] == ["--tmpfs", "/tmp"])
    assert emptied < words.index(str(kit)), "else the empty /tmp covers it"


# What it can change.


def test_it_writes_nowhere_but_in_tmp(submit: Submit) -> None:
    text = """
    import os, sys, tempfile
    def write(folder):
        try:
            with open(os.path.join(folder, "written"), "w") as stream:
                stream.write("x")
        except OSError as error:
            return error.errno
        return 0
    def replace(path):
        try:
            os.replace("/tmp/written", path)
        except OSError as error:
            return error.errno
        return 0
    def places():
        return sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), tempfile.gettempdir()
    """
    submission = submit(text)
    *python, temporary = submission.call("places")
    refused = ("/", "/dojo", "/dojo/grader/runner", "/usr", "/usr/lib", "/etc", "/dev", "/proc", "/var", *python)
    if os.geteuid() == 0:  # any other user's code is the owner of what was written for it, of that alone
        refused += ("/submission",)
    assert [place for place in refused if submission.call("write", place) == 0] == []
    assert [submission.call("write", place) for place in (temporary, "/tmp/home", "/dev/shm")] == [0, 0, 0]
    assert submission.call("replace", "/dojo/grader/runner/child.py") != 0


SIGNALS = """
import os, signal
def send(pid, number):
    try:
        os.kill(pid, number)
    except OSError as error:
        return error.errno
    return 0
"""


def test_signals_reach_nothing_outside(submit: Submit) -> None:
    submission = submit(SIGNALS)
    for pid in (os.getpid(), os.getppid(), submission.call("send", 1, 0) and 1):
        assert pid == 0 or submission.call("send", pid, 0) in (errno.ESRCH, errno.EPERM)
    submission.call("send", 1, signal.SIGKILL)
    submission.call("send", 1, signal.SIGSTOP)
    assert submission.call("send", os.getpid(), signal.SIGKILL) != 0


REFUSED = {
    "a user namespace": "libc.unshare(0x10000000)",
    "a mount namespace": "libc.unshare(0x00020000)",
    "a clone with a namespace": "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "a mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "memory by memfd": "os.memfd_create('x')",
    "memory by System V": "libc.shmget(0, 4096, 0o1600)",
    "shared memory without a file": "mmap.mmap(-1, 4096)",
    "a message queue": "libc.msgget(0, 0o1600)",
    "tracing": "libc.ptrace(16, os.getppid(), 0, 0)",
    "another's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "the first process' memory": "open('/proc/1/mem', 'rb').read(1)",
    "a key": "libc.syscall(248, b'user', b'a', b'b', 1, -3)",
    "a program in the kernel": "libc.syscall(321, 0, 0, 0)",
    "io_uring": "libc.syscall(425, 8, 0)",
    "userfaultfd": "libc.syscall(323, 0)",
    "a raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "a packet socket": "socket.socket(17, socket.SOCK_RAW, 0)",
    "the crypto socket": "socket.socket(38, socket.SOCK_SEQPACKET, 0)",
    "a host name": "socket.sethostname('other')",
    "the other interface of x86-64": "libc.syscall(0x40000000 + 39)",
    "a handle of a file": "libc.syscall(304, 0, 0, 0)",
    "root": "os.setuid(0)",
}
X86_ONLY = ("a clone with a namespace", "a key", "a program in the kernel", "io_uring", "userfaultfd")
TRIES = """
import ctypes, errno, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_long
def f():
    done = {action}
    if isinstance(done, int) and done < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return str(done)
"""


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, submit: Submit) -> None:
    if os.uname().machine != "x86_64" and ("syscall(" in REFUSED[name] or name in X86_ONLY):
        pytest.skip("the number is another one on this machine")
    assert error_of(lambda: submit(TRIES.replace("{action}", REFUSED[name])).call("f")).type in (
        "PermissionError",
        "OSError",
    )


ALLOWED = {
    "threads": "list(ThreadPoolExecutor(40).map(time.sleep, [0.01] * 40))",
    "a program": "subprocess.run(['/bin/sh', '-c', 'exit 3']).returncode",
    "a pool of processes": "list(ProcessPoolExecutor(2).map(abs, [-1, -2]))",
    "shared memory in a file": "SharedMemory(create=True, size=4096).unlink()",
    "an event loop": "asyncio.run(asyncio.sleep(0))",
    "a name of this machine": "socket.getaddrinfo('localhost', 80)",
    "a user's name": "pwd.getpwuid(os.getuid()).pw_name",
    "a matrix product": "(np.ones((300, 300)) @ np.ones((300, 300))).sum()",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str, submit: Submit) -> None:
    imports = """
    import asyncio, os, pwd, socket, subprocess, time
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    from multiprocessing.shared_memory import SharedMemory
    import numpy as np
    """
    text = textwrap.dedent(imports) + f"def f(): return str({ALLOWED[name]})"
    assert isinstance(submit(text).call("f"), str)


# What it reaches.

REACHES = """
import socket, time
def connect(port, host="127.0.0.1"):
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(b"hello")
            return connection.recv(100).decode()
    except OSError as error:
        return type(error).__name__
def abstract(name):
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex("\\0" + name)
def with_uri(uri, port):
    return uri, connect(port)
def hold(uri):
    return uri
"""


@pytest.fixture
def echo() -> Iterator[int]:
    """A server of this machine that says back what it hears."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(connection.recv(100))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_no_port_is_reached_but_that_of_an_endpoint(submit: Submit, echo: int) -> None:
    submission = submit(REACHES)
    assert submission.call("connect", echo) == "ConnectionRefusedError"
    uri = f"http://127.0.0.1:{echo}"
    assert submission.call("with_uri", Endpoint("uri", uri), echo) == [uri, "hello"]
    assert submission.call("with_uri", [Endpoint("uri", uri)], echo) == [[uri], "hello"]
    assert submission.call("connect", 1) == "ConnectionRefusedError"
    assert submission.call("connect", 53, "192.0.2.1") == "OSError"


def test_a_port_is_closed_when_the_process_is_that_had_it(submit: Submit, echo: int) -> None:
    submission = submit(REACHES)
    submission.call("hold", Endpoint("uri", f"http://127.0.0.1:{echo}"))
    started = submission.start("hold", Endpoint("uri", f"http://localhost:{echo}"))
    assert started.wait(20) == f"http://localhost:{echo}"
    submission._main().close()
    assert started.request({"do": "call", "function": "connect", "args": [echo]}) == "hello"
    started.close()
    submission.close()
    assert submission.call("connect", echo) == "ConnectionRefusedError"


def test_a_port_is_closed_until_somebody_listens_there(submit: Submit, echo: int) -> None:
    text = REACHES + textwrap.dedent("""
    import time
    def tries(uri, port, seconds):
        found, until = [], time.monotonic() + seconds
        while time.monotonic() < until and found[-1:] != ["hello"]:
            found.append(connect(port))
            time.sleep(0.01)
        return found
    """)
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    uri = Endpoint("uri", f"http://127.0.0.1:{port}")
    submission = submit(text)
    assert set(submission.call("tries", uri, port, 0.2)) == {"ConnectionRefusedError"}
    late = submission.start("tries", uri, port, 10.0)
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(20)
        connection, _ = server.accept()
        with connection:
            connection.sendall(connection.recv(100))
        found = late.wait(20)
    assert set(found) - {"ConnectionRefusedError"} == {"hello"}
    assert submission.call("with_uri", Endpoint("uri", f"http://127.0.0.1:{echo}"), echo)[1] == "hello"


def test_a_port_that_is_served_without_a_listener_is_open(
    submit: Submit, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings, "is_listened_on", lambda _: False)
    assert submit(REACHES).call("with_uri", Endpoint("uri", f"http://127.0.0.1:{echo}"), echo)[1] == "hello"


def test_an_abstract_socket_of_this_machine_is_not_there(submit: Submit) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        name = f"dojo-test-{os.getpid()}"
        server.bind("\0" + name)
        server.listen()
        assert submit(REACHES).call("abstract", name) == errno.ECONNREFUSED


def test_who_listens_on_the_servers_port_gets_no_server(submit: Submit, echo: int) -> None:
    submission = submit(REACHES + "\nimport socket\ndef take(port):\n    take.it = socket.create_server(('', port))")
    submission.call("take", echo)
    error = error_of(lambda: submission.call("hold", Endpoint("uri", f"http://127.0.0.1:{echo}")))
    assert error.kind == "forged"
    assert "listens on the port" in error.message


def test_what_the_code_serves_is_reached_from_here(submit: Submit) -> None:
    text = """
    import socket
    def serve():
        server = socket.create_server(("127.0.0.1", 9091))
        while True:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"metrics of " + connection.recv(100))
    """
    process = submit(text).start("serve")
    with process.reach(9091) as port:
        heard: list[bytes] = []

        def ask() -> bool:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                    connection.sendall(b"us")
                    heard.append(connection.recv(100))
            except ConnectionError:  # it doesn't listen yet
                return False
            return heard[-1] != b""

        until(ask)
    assert heard[-1] == b"metrics of us"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


WORKS = """
def work(client, name):
    client.create_collection(name, dimension=8, consistency_level="Strong")
    client.insert(name, [{"id": i, "vector": [float(i == j) for j in range(8)]} for i in range(8)])
    found = client.search(name, [[float(j == 3) for j in range(8)]], limit=1)
    client.drop_collection(name)
    return [hit["id"] for hit in found[0]]
async def versions(client):
    return await client.get_server_version()
def sizes(client, name, count):
    client.create_collection(name, dimension=512, consistency_level="Strong")
    client.insert(name, [{"id": i, "vector": [0.5] * 512} for i in range(count)])
    rows = client.query(name, filter="id >= 0", output_fields=["vector"], limit=count)
    client.drop_collection(name)
    return sum(len(row["vector"]) for row in rows)
"""


def test_milvus_works_through_the_relay(submit: Submit, lite: Server) -> None:
    submission = submit(WORKS)
    assert submission.call("work", Endpoint("client", lite.uri), "sandboxed") == [3]
    assert isinstance(submission.call("versions", Endpoint("async_client", lite.uri)), str)
    assert submission.call("sizes", Endpoint("client", lite.uri), "sandboxed_big", 3_000) == 3_000 * 512


def test_a_warmed_up_client_works(submit: Submit, lite: Server) -> None:
    submission = submit(WORKS)
    submission.warm_up(Endpoint("client", lite.uri))
    assert submission.call("work", Endpoint("client", lite.uri), "sandboxed_warm") == [3]


# What it may use.

HOGS = {
    "its own memory": "held = [bytearray(10 << 20) for _ in range(100)]; time.sleep(60)",
    "the memory of its children": "forked(lambda: (bytearray(60 << 20), time.sleep(60)), 10); time.sleep(60)",
    "the memory of who left it": "forked(lambda: (os.setsid(), forked(hold, 1), os._exit(0)), 10); time.sleep(60)",
    "files in /tmp": "filled('/tmp/a', 125); filled('/tmp/b', 120); time.sleep(60)",
    "files without a name": "filled('/tmp/a', 125, True); filled('/tmp/a', 120, True); time.sleep(60)",
    "many small files": "[open(f'/tmp/{n}', 'w').close() for n in range(300_000)]; time.sleep(60)",
    "shared memory": "kept.append(mapped(60)); filled('/tmp/file', 125); filled('/tmp/other', 60); time.sleep(60)",
}
HOGGING = """
import mmap, os, sys, time
kept = []
def hold():
    held = bytearray(60 << 20)
    time.sleep(60)
def forked(action, times):
    for _ in range(times):
        if os.fork() == 0:
            action()
            os._exit(0)
def filled(path, megabytes, unlink=False):
    stream = open(path, "wb", buffering=0)
    kept.append(stream)
    for _ in range(megabytes):
        stream.write(b"x" * (1 << 20))
    if unlink:
        os.unlink(path)
def mapped(megabytes):
    with open("/dev/shm/file", "w+b") as stream:
        stream.truncate(megabytes << 20)
        shared = mmap.mmap(stream.fileno(), megabytes << 20)
    os.unlink("/dev/shm/file")
    for at in range(0, megabytes << 20, 4096):
        shared[at] = 1
        if not at & 0xFFFFF:
            shared.madvise(mmap.MADV_DONTNEED)
    return shared
def f():
    {statement}
"""


@pytest.mark.parametrize("name", HOGS)
def test_memory_is_limited(name: str, submit: Submit) -> None:
    submission = submit(HOGGING.replace("{statement}", HOGS[name]), Limits(memory_mb=230))
    assert error_of(lambda: submission.call("f")).kind == "memory_limit"


@pytest.mark.parametrize(("place", "megabytes"), [("/tmp", 260), ("/dev/shm", 70)])
def test_a_place_in_memory_has_a_size(place: str, megabytes: int, submit: Submit) -> None:
    text = """
    def f(place, megabytes):
        for n in range(megabytes // 10):
            with open(f"{place}/{n}", "wb") as stream:
                stream.write(bytes(10 << 20))
    """
    error = error_of(lambda: submit(text).call("f", place, megabytes))
    assert (error.kind, error.type) == ("raised", "OSError")
    assert "No space left" in error.message


def test_a_file_has_a_size(submit: Submit) -> None:
    text = """
    def f():
        with open("/tmp/large", "wb") as stream:
            for _ in range(200):
                stream.write(bytes(1 << 20))
    """
    error = error_of(lambda: submit(text).call("f"))
    assert "File too large" in error.message


def test_processes_are_limited(submit: Submit) -> None:
    text = """
    import os
    def f():
        for n in range(2_000):
            try:
                os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
            except BlockingIOError:
                return n
    """
    submission = submit(text, Limits(memory_mb=4_000))
    assert 200 <= submission.call("f") < 400
    submission.close()
    assert submission.call("f") >= 200  # what was left doesn't count any more


def test_open_files_are_limited(submit: Submit) -> None:
    text = """
    def f():
        held = []
        while True:
            held.append(open("/dev/null"))
    """
    assert "Too many open files" in error_of(lambda: submit(text).call("f")).message


DAEMON = """
import os, signal, time
def daemon(action):
    if os.fork():
        return os.wait()
    os.setsid()
    if os.fork() == 0:
        action()
    os._exit(0)
def child(action):
    if os.fork() == 0:
        action()
        os._exit(0)
def busy():
    while True:
        pass
def sleep():
    time.sleep(600)
"""


@pytest.mark.parametrize("kind", ["child", "daemon"])
def test_processor_time_of_all_processes_together_is_limited(
    kind: str, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "PROCESSORS", 0.1)  # as this machine may be too busy to reach the real one
    text = f"{DAEMON}def f():\n    for _ in range(24):\n        {kind}(busy)\n    time.sleep(60)"
    submission = submit(text, Limits(call_s=20))
    assert error_of(lambda: submission.call("f")).kind == "cpu_limit"
    submission.close()
    assert submit("def f(): return 1").call("f") == 1


def test_the_time_and_what_is_printed_are_limited_as_ever(submit: Submit) -> None:
    text = "import time\ndef f():\n    time.sleep(60)\ndef g():\n    while True: print('x' * 10_000)"
    assert error_of(lambda: submit(text, Limits(call_s=0.5)).call("f")).kind == "time_limit"
    assert error_of(lambda: submit(text, Limits(call_s=60)).call("g")).kind in ("output_limit", "cpu_limit")


# What is left.


def test_a_child_after_the_first_starts_quickly(submit: Submit) -> None:
    submission = submit("import os\ndef f(): return os.getppid()")
    first = submission.call("f")
    submission.close()
    assert submission.call("f") == first == 2


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP"])
def test_a_zygote_that_learner_code_ends_or_stops_is_replaced(
    number: str, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "FORK_LIMIT_S", 0.5)
    text = f"{DAEMON}def f():\n    daemon(sleep)\n    os.kill(os.getppid(), signal.{number})\n    return 1"
    submission = submit(text + "\ndef g(): return 2")
    submission.call("g")
    inside = psutil.Process(submission._main().pid)
    with contextlib.suppress(LearnerError):  # whether it hears of its zygote's end before it answers is chance
        submission.call("f")
    submission.close()
    until(lambda: not inside.is_running(), 5)
    assert submission.call("g") == 2


def test_what_a_child_leaves_behind_ends_with_it(submit: Submit) -> None:
    submission = submit(f"{DAEMON}def f():\n    for _ in range(3):\n        daemon(sleep)\n{STATUS}")
    submission.call("f")
    assert len(submission.call("pids")[0]) == 6
    submission.close()
    assert len(submission.call("pids")[0]) == 3


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - it counts


def launcher_pid(launcher: SandboxLauncher) -> int:
    return next(iter(launcher._worlds.values())).world._bwrap.pid


def running(family: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run: a zombie has ended, and may wait for these tests to collect it."""
    left = []
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                left.append(process)
    return left


def test_what_is_left_is_looked_for_by_a_process_of_its_own(request: pytest.FixtureRequest) -> None:
    need_sandbox()
    if not hasattr(request.config, "workerinput"):
        pytest.skip("the two tests run here themselves")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    names = "closing_leaves_no_process or death_of_the_grader"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", names]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "2 passed" in done.stdout


def alone(request: pytest.FixtureRequest) -> None:
    """Leave a test to a process of its own where others ran before, and left this one what it has to collect."""
    need_sandbox()
    if hasattr(request.config, "workerinput"):
        pytest.skip("it runs in a process of its own, above")


def test_closing_leaves_no_process_mount_socket_or_thread(
    tmp_path: Path, echo: int, request: pytest.FixtureRequest
) -> None:
    alone(request)
    path = tmp_path / "stays.py"
    path.write_text(f"{DAEMON}def f(uri):\n    daemon(lambda: os.execvp('sleep', ['sleep', '600']))")
    before = descriptors(), threading.active_count(), Path("/proc/self/mounts").read_text()
    launcher = SandboxLauncher()
    submission = Submission(Source("s", path), launcher, DEFAULT)
    submission.call("f", Endpoint("uri", f"http://127.0.0.1:{echo}"))
    until(lambda: "sleep" in {process.name() for process in psutil.Process(launcher_pid(launcher)).children(True)})
    family = psutil.Process(launcher_pid(launcher)).children(recursive=True)
    submission.close()
    launcher.close()
    until(lambda: not running(family))
    until(lambda: (descriptors(), threading.active_count(), Path("/proc/self/mounts").read_text()) == before)


GRADER = """
from pathlib import Path
from grader.runner.guard import Limits
from grader.runner.sandbox import SandboxLauncher
from grader.runner.source import Source
from grader.runner.submission import Submission
launcher = SandboxLauncher()
submission = Submission(Source("test", Path({path!r})), launcher, Limits())
submission.call("settle")
print("ready", flush=True)
submission.call("hang")
"""


def test_the_death_of_the_grader_leaves_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    alone(request)
    path = tmp_path / "hangs.py"
    path.write_text(
        f"{DAEMON}def settle():\n    daemon(sleep)\n"
        "def hang():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    os.kill(os.getppid(), signal.SIGSTOP)\n"
        "    while True: pass\n"
    )
    program = [sys.executable, "-c", GRADER.format(path=str(path))]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == "ready\n"
        family = psutil.Process(grader.pid).children(recursive=True)
        assert len(family) >= 4
        grader.kill()
    until(lambda: not running(family), 30)


def test_a_sandbox_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    need_sandbox()
    path = tmp_path / "f.py"
    path.write_text("def f(): return 1")
    made: list[Any] = []

    def make() -> None:
        launcher = SandboxLauncher()
        submission = Submission(Source("t", path), launcher, DEFAULT)
        made.extend([launcher, submission, submission.call("f")])

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    launcher, submission, _ = made
    assert submission.call("f") == 1
    submission.close()
    launcher.close()


# Where there is none.


def test_without_bubblewrap_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailable) as caught:
        require_sandbox()
    assert "apt-get install bubblewrap" in str(caught.value.remedy)


def test_a_bubblewrap_that_cannot_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    before = descriptors()
    with pytest.raises(SandboxUnavailable) as caught:
        require_sandbox()
    assert "setting up uid map: Permission denied" in str(caught.value)
    assert "Docker" in str(caught.value.remedy)
    assert "--trust-submissions" in str(caught.value.remedy)
    assert descriptors() == before


def test_who_is_not_root_gets_a_sandbox_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lite: Server) -> None:
    need_sandbox()
    monkeypatch.setattr(world, "other_uid", lambda: 0)
    path = tmp_path / "works.py"
    path.write_text(WORKS + STATUS)
    with closing(SandboxLauncher()) as launcher, closing(Submission(Source("u", path), launcher, DEFAULT)) as mine:
        assert mine.call("work", Endpoint("client", lite.uri), "sandboxed_user") == [3]
        assert mine.call("status")["Uid"].split()[0] == "65534"
