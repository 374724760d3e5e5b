"""The one contract that drives every exercise: call the learner's functions by name, get plain data back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.runner import wire
from grader.runner.errors import Kind, LearnerError
from grader.runner.guard import Guard, Limits
from grader.runner.handing import named_files
from grader.runner.launch import ROOT, Launcher
from grader.runner.openings import PortTaken
from grader.runner.source import UNWRITTEN, Source
from infra.endpoint import Endpoint

LOAD_LIMIT_S = 30.0
TEXT_CAP = 2_000

_OWN_FUNCTION = re.compile(r"^\S+:\d+ in (\S+): ", re.MULTILINE)
"""The function of each of the learner's lines that an exception came through."""


class Submission:
    """One learner's module in a process of its own, for one check.

    The process starts with the first call. Arguments are plain data, arrays, or an `Endpoint`, which the child opens.
    """

    def __init__(self, source: Source, launcher: Launcher, limits: Limits) -> None:
        self.source = source
        self._launcher = launcher
        self._limits = limits
        self._process: Process | None = None
        self._started: list[Process] = []
        self._loading = False
        self.place: Endpoint | None = None
        self.printed = ""

    def warm_up(self, place: Endpoint) -> None:
        """Start the process, and let it import and open a client while the grader does something else.

        What goes wrong there is raised by the first call.
        """
        self.place = place
        self._process = Process(self.source, self._launcher, self._limits)
        self._process.begin_load([place], limit_s=float("inf"))
        self._loading = True

    @property
    def is_running(self) -> bool:
        """Whether the process that was warmed up is still there."""
        return self._process is not None and self._process.is_running

    def call(self, function: str, *args: object) -> Any:
        """Call a function of the exercise and return its value.

        Raises:
            LearnerError: it raised, or the child ended, or what it returned isn't plain data.
        """
        return self._main().request({"do": "call", "function": function, "args": list(args)})

    def map(self, function: str, argss: Iterable[Sequence[object]]) -> list[Any]:
        """Call a function once for each argument list, in one round trip.

        Returns:
            One item for each call: its value, or the `LearnerError` that it ended with.
        """
        request = {"do": "map", "function": function, "argss": [list(args) for args in argss]}
        outcomes = self._main().request(request)
        if not isinstance(outcomes, list) or len(outcomes) != len(request["argss"]):
            raise LearnerError("forged", message="not one answer for each call", function=function)
        return [_value_or_error(outcome, function) for outcome in outcomes]

    def start(self, function: str, *args: object) -> Process:
        """Begin a call in a process of its own, for services, traffic and crashes, and don't wait for it.

        The process stays when the function returns, since it may have left threads at work; `sys.exit` ends it.
        """
        process = self._loaded()
        self._started.append(process)
        process.begin({"do": "begin", "function": function, "args": list(args)})
        return process

    def drive(self, function: str, *args: object) -> Any:
        """Run a drive of the checks beside the learner's code; what it returns is the learner's word.

        Raises:
            LearnerError: as `call` does; it names the learner's function that it came from, where that is known.
        """
        try:
            return self._main().request({"do": "drive", "function": function, "args": list(args)})
        except LearnerError as error:
            own = [error.message] if error.kind == "no_function" else _OWN_FUNCTION.findall(error.where)
            error.function, error.situation = own[-1] if own else "", function
            raise

    @property
    def files(self) -> Mapping[str, str]:
        """The texts of the exercise's folder by relative name; links are left out and long files are cut."""
        return self.source.files

    def file(self, name: str) -> str:
        """Return the text of one file of the exercise's folder.

        Raises:
            LearnerError: it isn't there, or a line in it still says that it is to be written.
        """
        shown = f"{self.source.path.stem}/{name}"
        text = self.files.get(name)
        if text is None:
            raise LearnerError("not_loaded", "FileNotFoundError", message=shown)
        if UNWRITTEN in text:
            raise LearnerError("not_implemented", message=shown)
        return text

    def close(self) -> None:
        """End every process of this submission and keep what they printed."""
        for process in [self._process, *self._started]:
            if process is not None:
                self.printed += process.close()
        self._process, self._started = None, []

    def _main(self) -> Process:
        if self._process is None:
            self._process = self._loaded()
        elif self._loading:
            self._loading = False
            process, self._process = self._process, None
            self._process = self._finished(process)
        return self._process

    def _loaded(self) -> Process:
        process = Process(self.source, self._launcher, self._limits)
        process.begin_load()
        return self._finished(process)

    def _finished(self, process: Process) -> Process:
        """Wait until a process has imported the submission."""
        try:
            process.loaded()
        except BaseException:
            self.printed += process.close()
            raise
        return process


class Process:
    """A child and its channel."""

    def __init__(self, source: Source, launcher: Launcher, limits: Limits) -> None:
        self._launcher = launcher
        self._limits = limits
        self._child = launcher.launch(source, limits.models)
        self._source = self._child.source or source
        self._guard = Guard(self._child, limits)
        self._ports: dict[Endpoint, tuple[Endpoint, int]] = {}
        self._shut_out = False
        self._begun = ""

    def begin_load(self, endpoints: Sequence[Endpoint] = (), limit_s: float = LOAD_LIMIT_S) -> None:
        """Have the child import the submission and open clients, before anything else is asked of it.

        `loaded` raises the `LearnerError` of a submission that can't be imported.
        """
        request = {
            "do": "load",
            "path": str(self._source.path),
            "drives": str(self._source.drives or ""),
            "held": dict(self._source.held),
            "sys_path": [] if self._child.world else [str(ROOT)],
            "open": list(endpoints),
        }
        self.begin(request, limit_s)

    def loaded(self) -> None:
        """Wait until the submission is imported; from now on its time is limited.

        Raises:
            LearnerError: it can't be imported.
        """
        self._guard.allow(LOAD_LIMIT_S)
        self.wait()

    def request(self, request: Mapping[str, object], limit_s: float | None = None) -> Any:
        """Send one request and wait for its answer."""
        self.begin(request, limit_s)
        return self.wait()

    def begin(self, request: Mapping[str, object], limit_s: float | None = None) -> None:
        """Send one request; `wait` brings the answer."""
        self._begun = str(request.get("function", ""))
        self._guard.allow(self._limits.call_s if limit_s is None else limit_s)
        with contextlib.suppress(OSError):  # a closed channel is noticed, with its reason, when it is read
            wire.send(self._child.channel, self._reachable(request))

    def wait(self, timeout_s: float | None = None) -> Any:
        """Wait for the value of the request that was begun.

        Raises:
            LearnerError: instead of a value.
            TimeoutError: `timeout_s` passed; the process goes on.
        """
        if timeout_s is not None and not self._child.channel.poll(timeout_s):
            raise TimeoutError
        try:
            if self._shut_out:
                raise self._ended("forged", "it listens on the port of the server that it is graded on")
            reply = wire.receive(self._child.channel)
        except (EOFError, OSError):
            raise self._ended() from None
        except wire.WireError as error:
            raise self._ended("forged", str(error)) from None
        finally:
            self._guard.rest()
        result = _value_or_error(reply, self._begun)
        if isinstance(result, LearnerError):
            raise result
        return result

    @property
    def pid(self) -> int:
        """The process id, for drives that need to see the process from outside."""
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there; asked of the system, as learner code may have killed the zygote that knows."""
        return self._guard.sees_child()

    def stop(self) -> None:
        """Ask the process to end (SIGTERM), as an operator would."""
        self._signal("terminate")

    def kill(self) -> None:
        """End the process at once (SIGKILL), as a crash would."""
        self._signal("kill")

    def exit_code(self, timeout_s: float = 5.0) -> int | None:
        """Return the exit code (negative: the signal), or None while the process runs."""
        return self._launcher.exit_code(self._child.pid, timeout_s)

    def close(self) -> str:
        """End the process and return what it printed."""
        with contextlib.suppress(OSError):
            self._child.channel.close()
        if self._child.world is not None:
            for _, port in self._ports.values():
                self._child.world.openings.shut(port)
        self._ports.clear()
        return self._guard.close()

    def reach(self, port: int) -> contextlib.AbstractContextManager[int]:
        """Return, for a with-block, the port here behind which a port of 127.0.0.1 is that the process serves."""
        world = self._child.world
        return contextlib.nullcontext(port) if world is None else world.openings.reach(port)

    def _reachable(self, request: Mapping[str, object]) -> Mapping[str, object]:
        """Open the ports of the servers that a request names, and hand over its files: a sandbox has no other."""
        if self._child.world is None:
            return request
        if files := named_files([request.get("args"), request.get("argss")]):
            self._child.world.hand(files)
        opened = dict(request)
        for name in ("open", "args"):
            if name in request:
                opened[name] = [self._opened(arg) for arg in request[name]]  # type: ignore[attr-defined]
        if "argss" in request:
            opened["argss"] = [[self._opened(arg) for arg in args] for args in request["argss"]]  # type: ignore[attr-defined]
        return opened

    def _opened(self, arg: object) -> object:
        """Return an argument as it is reached from where the process is."""
        world = self._child.world
        if isinstance(arg, (list, tuple)):
            return [self._opened(item) if isinstance(item, Endpoint) else item for item in arg]
        if world is None or not isinstance(arg, Endpoint):
            return arg
        if arg not in self._ports:
            try:
                uri, port = world.openings.open(arg.uri)
            except PortTaken:
                self._shut_out = True
                return arg
            self._ports[arg] = replace(arg, uri=uri), port
        return self._ports[arg][0]

    def _signal(self, action: str) -> None:
        import psutil

        with contextlib.suppress(psutil.NoSuchProcess):
            getattr(psutil.Process(self._child.pid), action)()

    def _ended(self, kind: Kind = "crashed", message: str = "") -> LearnerError:
        """Say why the channel closed."""
        if self._guard.exceeded is not None:
            return LearnerError(self._guard.exceeded, function=self._begun)
        if kind == "crashed":
            code = self._launcher.exit_code(self._child.pid, 1.0)
            message = "it closed its channel" if code is None else _end_of(code)
        return LearnerError(kind, message=message, function=self._begun)


def _end_of(code: int) -> str:
    import signal

    if code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _value_or_error(outcome: Any, function: str) -> Any:
    """Unpack one outcome of the child; anything but the two known forms is forged."""
    match outcome:
        case {"value": value} if len(outcome) == 1:
            return value
        case {"error": [str(kind), str(type_), int(code), str(message), str(where)]} if len(outcome) == 1:
            if kind in _CHILD_KINDS:
                text = message[:TEXT_CAP], where[:TEXT_CAP]
                return LearnerError(kind, type_[:100], code, *text, function)  # type: ignore[arg-type]
    return LearnerError("forged", message="an answer of no known form", function=function)


_CHILD_KINDS = frozenset(
    ["raised", "not_implemented", "not_loaded", "no_function", "signature", "not_plain", "too_large"]
)
