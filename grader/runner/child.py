"""Inside the learner's process: load the submission, call its functions, send back plain data.

Nothing here is trusted. Whatever this process says is the learner's word, since learner code can replace any of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import inspect
import linecache
import logging
import sys
import types
from collections.abc import AsyncIterable, Callable, Coroutine
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from grader.runner import wire
from infra.endpoint import Endpoint

GENERATOR_CAP = 10_000
TEXT_CAP = 2_000


class _Refused(Exception):
    """A call that can't be made, or a result that can't be sent: (kind, message)."""


def serve(channel: Connection) -> int:
    """Answer the grader's requests until it closes the channel, and return the status to exit with."""
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs a traceback for each error it raises
    session: _Session | None = None
    while True:
        try:
            request = wire.receive(channel)
        except (EOFError, wire.WireError):
            return 0
        if request["do"] == "load":
            session, reply = _load(request)
        else:
            assert session is not None
            reply = session.answer(request)
        _reply(channel, reply)
        if session is not None and session.exit_status is not None and request["do"] == "begin":
            return session.exit_status  # a program of its own: what asked for its end gets it


def _reply(channel: Connection, reply: dict[str, Any]) -> None:
    try:
        wire.send(channel, reply)
    except wire.NotPlainDataError as error:
        wire.send(channel, {"error": ["not_plain", "", 0, str(error)[:TEXT_CAP], ""]})
    except (wire.TooLargeError, MemoryError) as error:
        wire.send(channel, {"error": ["too_large", "", 0, str(error)[:TEXT_CAP], ""]})
    except Exception as error:  # noqa: BLE001 - a value whose own methods fail when it is read
        text = f"value that can't be read: {type(error).__name__}"
        wire.send(channel, {"error": ["not_plain", "", 0, text, ""]})


def _load(request: dict[str, Any]) -> tuple[_Session | None, dict[str, Any]]:
    """Import the submission's file; `sys.path` gets the folders that learners expect there."""
    path = Path(request["path"])
    sys.path[:0] = [str(path.parent), *request["sys_path"]]
    try:
        if not path.is_file():
            return None, {"error": ["not_loaded", "FileNotFoundError", 0, path.name, ""]}
        module = _module("exercise", path, request["held"])
        drives = _module("drives", Path(request["drives"]), request["held"]) if request["drives"] else None
    except BaseException as error:  # noqa: BLE001 - whatever the file does at import is its own failure
        return None, {"error": _describe(error, path, kind="not_loaded")}
    session = _Session(module, drives, path)
    session.open_ahead(request["open"])
    return session, {"value": None}


def _module(name: str, path: Path, held: dict[str, str]) -> types.ModuleType:
    """Import a file; where the grader holds its text, that counts, whatever the file has become meanwhile."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path) in held:
        exec(compile(held[str(path)], path, "exec", dont_inherit=True), module.__dict__)
    else:
        spec.loader.exec_module(module)
    return module


class _Session:
    """The loaded submission with the clients and the event loop that its calls share."""

    def __init__(self, module: types.ModuleType, drives: types.ModuleType | None, path: Path) -> None:
        self._module = module
        self._drives = drives
        self._path = path
        self._clients: dict[Endpoint, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.exit_status: int | None = None

    def open_ahead(self, endpoints: list[Endpoint]) -> None:
        """Open clients that calls will ask for; one that can't be opened is tried again, and fails, in its call."""
        with contextlib.suppress(Exception):
            for endpoint in endpoints:
                self._open(endpoint)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what one request asks; errors become part of the answer."""
        match request:
            case {"do": "call" | "begin", "function": name, "args": args}:
                return self._guarded(partial(self._call, name, args))
            case {"do": "map", "function": name, "argss": argss}:
                return {"value": [self._guarded(partial(self._call, name, args)) for args in argss]}
            case {"do": "drive", "function": name, "args": args}:
                return self._guarded(partial(self._drive, name, args))
        raise AssertionError(request["do"])

    def _guarded(self, action: Callable[[], Any]) -> dict[str, Any]:
        try:
            return {"value": action()}
        except _Refused as refused:
            return {"error": [refused.args[0], "", 0, refused.args[1], ""]}
        except BaseException as error:  # noqa: BLE001 - SystemExit and pytest.skip are the learner's failure too
            if isinstance(error, SystemExit):
                self.exit_status = _status(error.code)
            return {"error": _describe(error, self._path)}

    def _call(self, name: str, args: list[Any]) -> Any:
        function = getattr(self._module, name, None)
        if not callable(function):
            raise _Refused("no_function", name)
        opened = [self._open(arg) for arg in args]
        _fits(name, function, opened)
        return self._settle(function(*opened))

    def _drive(self, name: str, args: list[Any]) -> Any:
        function = getattr(self._drives, name)
        try:
            return self._settle(function(self._module, *(self._open(arg) for arg in args)))
        except AttributeError as error:
            if error.obj is self._module:
                raise _Refused("no_function", error.name) from None
            raise

    def _settle(self, value: Any) -> Any:
        """Await a coroutine, and drain a generator of either kind to a cap."""
        if inspect.isawaitable(value):
            value = self._run(_awaited(value))
        if inspect.isasyncgen(value):
            value = self._run(_drained(value))
        if inspect.isgenerator(value):
            value = list(islice(value, GENERATOR_CAP))
        return value

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(coroutine)

    def _open(self, arg: Any) -> Any:
        """Turn an `Endpoint`, or each in a list, into what its kind names; a client is opened once."""
        if isinstance(arg, list):
            return [self._open(item) if isinstance(item, Endpoint) else item for item in arg]
        if not isinstance(arg, Endpoint):
            return arg
        if arg.kind == "uri":
            return arg.uri
        if arg not in self._clients:
            import pymilvus

            make = pymilvus.MilvusClient if arg.kind == "client" else pymilvus.AsyncMilvusClient
            self._clients[arg] = make(uri=arg.uri, token=arg.token, db_name=arg.database)
        return self._clients[arg]


async def _awaited(value: Any) -> Any:
    return await value


async def _drained(values: AsyncIterable[Any]) -> list[Any]:
    drained = []
    async for value in values:
        drained.append(value)
        if len(drained) == GENERATOR_CAP:
            break
    return drained


def _fits(name: str, function: Callable[..., Any], args: list[Any]) -> None:
    """Refuse a call that the function's parameters don't take."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # a builtin has no signature to look at
    try:
        signature.bind(*args)
    except TypeError as error:
        raise _Refused("signature", f"{name}{signature}: {error}") from None


def _describe(error: BaseException, path: Path, kind: str = "raised") -> list[Any]:
    """Kind, type, code, text and the learner's own lines of an exception."""
    try:
        return _told(error, path, kind)
    except Exception as second:  # noqa: BLE001 - an exception whose own __str__ or message fails
        return [kind, type(error).__name__, 0, f"(its text raised {type(second).__name__})", _own_lines(error, path)]


def _told(error: BaseException, path: Path, kind: str) -> list[Any]:
    if isinstance(error, NotImplementedError) and kind == "raised":
        kind = "not_implemented"
    text = str(error)
    if isinstance(error, SyntaxError):
        text = (
            f"{error.msg} ({Path(error.filename or path).name}, line {error.lineno})\n    {(error.text or '').strip()}"
        )
    code = getattr(error, "code", 0)
    code = int(code) if isinstance(code, int) else 0
    message = getattr(error, "message", None)
    if isinstance(message, str) and code:
        text = message
    return [kind, type(error).__name__, code, text[:TEXT_CAP], _own_lines(error, path)]


def _status(code: object) -> int:
    """Return what the interpreter would exit with after `sys.exit(code)`."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def _own_lines(error: BaseException, path: Path) -> str:
    """Return the learner's lines that the exception passed through, as `file:line in function: source`."""
    lines = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == str(path):
            source = linecache.getline(str(path), traceback.tb_lineno).strip()
            lines.append(f"{path.name}:{traceback.tb_lineno} in {code.co_qualname}: {source}")
        traceback = traceback.tb_next
    return "\n".join(lines[-3:])[:TEXT_CAP]
