"""The language between grader and learner: what goes through comes back exact; what is forged is refused cheaply."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import enum
import json
import math
import socket
import struct
import subprocess
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.runner import wire
from infra.endpoint import Endpoint

ROOT = Path(__file__).resolve().parents[1]
GROWTH_LIMIT_MB = 64


@contextmanager
def channel() -> Iterator[tuple[Connection, Connection]]:
    ours, theirs = socket.socketpair()
    with Connection(ours.detach()) as here, Connection(theirs.detach()) as there:
        yield here, there


def passed_on(value: object) -> Any:
    with channel() as (here, there):
        wire.send(here, value)
        return wire.receive(there)


def received(*frames: bytes) -> Any:
    """Receive frames that a hostile child wrote, after which it closed its end."""

    def write() -> None:
        with contextlib.suppress(OSError):  # refused before it was read
            for frame in frames:
                here.send_bytes(frame)
        here.close()

    with channel() as (here, there):
        child = threading.Thread(target=write)
        child.start()
        try:
            return wire.receive(there)
        finally:
            there.close()
            child.join()


def document(value: str, arrays: str = "[]") -> bytes:
    return f'{{"value":{value},"arrays":{arrays}}}'.encode()


# What comes back.

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters())
    | st.text(st.characters(categories=["Cs", "Cc", "Lo"]))
)
arrays = hnp.arrays(
    st.sampled_from(sorted(wire.DTYPES)), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
)
endpoints = st.builds(
    Endpoint, st.sampled_from(sorted(wire.ENDPOINT_KINDS)), st.text("a:/."), st.text("x"), st.text("d")
)
plain = st.recursive(
    scalars | st.binary(max_size=64) | arrays | endpoints,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text() | scalars, inner, max_size=5),
    max_leaves=25,
)


def assert_same(actual: Any, expected: Any) -> None:
    """Compare exact types and exact values, NaN and the sign of zero included; lone surrogates become visible."""
    assert type(actual) is type(expected)
    match expected:
        case str():
            assert actual == expected.encode("utf-8", "backslashreplace").decode()
        case float():
            assert repr(actual) == repr(expected)
        case list():
            assert len(actual) == len(expected)
            for pair in zip(actual, expected, strict=True):
                assert_same(*pair)
        case dict():
            visible: dict[Any, Any] = {}
            for key, item in expected.items():
                visible[key.encode("utf-8", "backslashreplace").decode() if isinstance(key, str) else key] = item
            assert_same([list(pair) for pair in actual.items()], [list(pair) for pair in visible.items()])
        case np.ndarray():
            assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
            assert actual.tobytes() == expected.tobytes()
        case _:
            assert actual == expected


@given(plain)
@settings(max_examples=200, deadline=None)
def test_plain_data_comes_back_as_it_was(value: object) -> None:
    assert_same(passed_on(value), value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=">f4").reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(10)[::-2],
        np.array(3.5),
        np.empty((0, 7), dtype="float16"),
        np.ma.masked_array([1.0, 2.0]),
    ],
    ids=["big endian", "Fortran order", "strided", "without dimensions", "empty", "a subclass"],
)
def test_an_array_keeps_its_values_however_it_lies_in_memory(array: np.ndarray[Any, Any]) -> None:
    result = passed_on(array)
    assert type(result) is np.ndarray
    assert result.shape == array.shape
    assert result.dtype == array.dtype.newbyteorder("=")
    assert (result == array).all()


def test_an_array_can_be_written_to_by_the_one_who_gets_it() -> None:
    result = passed_on(np.zeros(3))
    result[0] = 1
    assert result[0] == 1


class Liar(float):
    """A number that claims to be better than any other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ge__(self, other: object) -> bool:
        return True

    __le__ = __gt__ = __lt__ = __ge__
    __hash__ = float.__hash__


class LyingInt(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Grade(enum.IntEnum):
    GOOD = 1


class Colour(enum.Enum):
    RED = "red"


class Rows(list):  # type: ignore[type-arg]
    def __len__(self) -> int:
        return 1_000_000


Hit = collections.namedtuple("Hit", ["key", "score"])


@dataclasses.dataclass
class Film:
    key: int
    tags: list[str]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Liar(0.25), 0.25),
        (LyingInt(3), 3),
        (Text("a"), "a"),
        (Grade.GOOD, 1),
        (Colour.RED, "red"),
        (Rows([1, 2]), [1, 2]),
        ((1, (2,)), [1, [2]]),
        (Hit(1, 0.5), [1, 0.5]),
        (collections.deque([1]), [1]),
        (range(3), [0, 1, 2]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(int, {1: 2}), {1: 2}),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        ({Text("a"): 1}, {"a": 1}),
        ({Grade.GOOD: 1}, {1: 1}),
        (Film(1, ["a"]), {"key": 1, "tags": ["a"]}),
        (np.int64(-(2**63)), -(2**63)),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        (2**3000, 2**3000),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_looks_like_plain_data_arrives_as_exact_builtins(value: object, expected: object) -> None:
    assert_same(passed_on(value), expected)


# What can't be sent.


class Unreadable(collections.UserDict[str, int]):
    def __len__(self) -> int:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (object(), "object"),
        ([{"a": {1, 2}}], "set"),
        ((n for n in range(3)), "generator"),
        (open, "builtin_function_or_method"),
        (Film, "type"),
        (1j, "complex"),
        (np.datetime64("2026-01-01"), "datetime64"),
        (np.array([object()]), "numpy array of object"),
        (np.array(["a"]), "numpy array of str"),
        ({(1, 2): 3}, "dict key of type tuple"),
        ({b"k": 3}, "dict key of type bytes"),
        ({Endpoint("uri", "x"): 3}, "dict key of type Endpoint"),
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_what_has_no_plain_form_is_refused_by_its_name(value: object, named: str) -> None:
    with pytest.raises(wire.NotPlainDataError, match=named):
        passed_on(value)


def test_an_open_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as stream, pytest.raises(wire.NotPlainDataError, match="TextIOWrapper"):
        passed_on([stream])


def test_a_list_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(wire.NotPlainDataError, match="nested"):
        passed_on(endless)


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def test_the_deepest_value_that_can_be_sent_can_be_received() -> None:
    assert passed_on(nested(wire.MAX_DEPTH)) == nested(wire.MAX_DEPTH)
    with pytest.raises(wire.NotPlainDataError):
        passed_on(nested(wire.MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "value",
    [
        "x" * (wire.MAX_JSON_BYTES + 1),
        [[]] * wire.MAX_TOKENS,
        bytes(wire.MAX_ARRAY_BYTES + 1),
        np.broadcast_to(np.float64(0), (1 << 20, 1 << 20)),
        10**5000,
    ],
    ids=["text", "values", "bytes", "an array of 8 TB that takes 8 bytes", "an integer"],
)
def test_what_is_too_large_is_refused_before_it_is_sent(value: object) -> None:
    with channel() as (here, there):
        with pytest.raises(wire.TooLargeError):
            wire.send(here, value)
        assert not there.poll()


# What is forged.

ODD_DOCUMENTS = {
    "nothing": b"",
    "no JSON": b"\x80\x04\x95pickle",
    "half a document": b'{"value":',
    "two documents": document("1") * 2,
    "a list": b"[1]",
    "without arrays": b'{"value":1}',
    "one key too many": b'{"value":1,"arrays":[],"more":1}',
    "an integer of 5000 digits": document("9" * 5000),
    "not UTF-8": b'{"value":"\xff","arrays":[]}',
    "200 levels": document("[" * 200 + "]" * 200),
    "100 000 levels": document("[" * 100_000 + "]" * 100_000),
    "100 000 dicts deep": document('{"d":' * 100_000 + "{}" + "}" * 100_000),
    "no tag": document("{}"),
    "two tags": document('{"d":{},"m":[]}'),
    "an unknown tag": document('{"pickle":"gASV"}'),
    "a dict that is a list": document('{"d":[]}'),
    "pairs that are none": document('{"m":[1]}'),
    "three of a pair": document('{"m":[[1,2,3]]}'),
    "a list as a key": document('{"m":[[[1],2]]}'),
    "an endpoint of no kind": document('{"e":["file","x","",""]}'),
    "an endpoint of numbers": document('{"e":[1,2,3,4]}'),
    "array 0 of none": document('{"a":0}'),
    "an array that isn't sent by number": document('{"a":"0"}'),
    "arrays that are no list": document("1", "{}"),
    "an array of objects": document("1", '[["object",[1]]]'),
    "a structured array": document("1", '[[[["a","int8"]],[1]]]'),
    "a shape that isn't one": document("1", '[["int8",7]]'),
    "a negative side": document("1", '[["int8",[-1]]]'),
    "a side of true": document("1", '[["int8",[true]]]'),
    "a side that is a fraction": document("1", '[["int8",[0.5]]]'),
    "nine dimensions": document("1", '[["int8",[1,1,1,1,1,1,1,1,1]]]'),
    "a terabyte": document("1", f'[["int8",[{2**40}]]]'),
    "nothing times a terabyte": document("1", f'[["int8",[0,{2**40}]]]'),
    "a product that overflows": document("1", '[["int8",[16777216,16777216,16777216]]]'),
    "twice the most bytes": document("1", f'[["int8",[{wire.MAX_ARRAY_BYTES}]],["int8",[{wire.MAX_ARRAY_BYTES}]]]'),
}


@pytest.mark.parametrize("name", ODD_DOCUMENTS)
def test_an_odd_document_is_refused(name: str) -> None:
    with pytest.raises(wire.WireError):
        received(ODD_DOCUMENTS[name])


ONE_ARRAY = '[["int8",[4]]]'


@pytest.mark.parametrize(
    ("header", "frame"),
    [
        (document('{"a":0}', ONE_ARRAY), b"abc"),
        (document('{"a":0}', ONE_ARRAY), b"abcde"),
        (document('{"a":0}', '[["bool",[2]]]'), b"\x00\x02"),
        (document('[{"a":0},{"a":0}]', ONE_ARRAY), b"abcd"),
        (document('[{"b":0},{"b":0}]', ONE_ARRAY), b"abcd"),
        (document('{"a":-1}', ONE_ARRAY), b"abcd"),
        (document('{"a":1}', ONE_ARRAY), b"abcd"),
        (document('{"a":0}', '[["int8",[0,16777216,16777216,16777216]]]'), b""),
    ],
    ids=[
        "too short",
        "too long",
        "a bool of 2",
        "taken twice",
        "its bytes taken twice",
        "-1",
        "1 of 1",
        "empty and enormous",
    ],
)
def test_a_forged_array_is_refused(header: bytes, frame: bytes) -> None:
    with pytest.raises(wire.WireError):
        received(header, frame)


@pytest.mark.parametrize("length", [wire.MAX_JSON_BYTES + 1, 2**31 - 1])
def test_a_frame_that_claims_to_be_too_long_is_refused_unread(length: int) -> None:
    with channel() as (here, there):
        _write(here, struct.pack("!i", length))
        with pytest.raises(wire.WireError, match="longer than"):
            wire.receive(there)


def test_a_frame_with_an_eight_byte_length_of_exabytes_is_refused() -> None:
    with channel() as (here, there):
        _write(here, struct.pack("!iQ", -1, 2**62))
        with pytest.raises(wire.WireError, match="longer than"):
            wire.receive(there)


@pytest.mark.parametrize("sent", [b"", b"\x00", struct.pack("!i", 100), struct.pack("!i", 100) + b"abc"])
def test_an_end_in_the_middle_of_a_frame_is_the_end_of_the_channel(sent: bytes) -> None:
    with channel() as (here, there):
        _write(here, sent)
        here.close()
        with pytest.raises(EOFError):
            wire.receive(there)


def test_a_child_that_ends_with_unread_requests_closed_the_channel_and_forged_nothing() -> None:
    ours, theirs = socket.socketpair()
    with Connection(ours.detach()) as here:
        wire.send(here, "a request that nobody reads")
        theirs.close()  # the other side now gets a reset instead of an end
        with pytest.raises(EOFError):
            wire.receive(here)


@given(st.binary(max_size=200) | st.recursive(scalars, lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
@settings(max_examples=200, deadline=None)
def test_any_frame_is_either_refused_or_plain_data(content: Any) -> None:
    frame = content if isinstance(content, bytes) else json.dumps({"value": content, "arrays": []}).encode()
    try:
        value = received(frame)
    except (wire.WireError, EOFError):
        return
    assert_exact(value)


def assert_exact(value: object) -> None:
    assert value is None or type(value) in (bool, int, float, str, list, dict, bytes, np.ndarray, Endpoint)
    children: list[object] = []
    if isinstance(value, dict):
        children = [*value.keys(), *value.values()]
    elif isinstance(value, list):
        children = value
    for child in children:
        assert_exact(child)


def _write(connection: Connection, data: bytes) -> None:
    with socket.socket(fileno=connection.fileno()) as raw:
        raw.sendall(data)
        raw.detach()


# What the grader's memory costs.


def filled(unit: str) -> bytes:
    """Return a document of 1 MiB with as many of these as fit."""
    room = wire.MAX_JSON_BYTES - len(document("[]"))
    return document("[" + ",".join([unit] * (room // (len(unit) + 1))) + "]")


def dense(unit: str) -> bytes:
    """Return a document with as many of these as the count of values lets through."""
    marks = sum(unit.count(mark) for mark in ",:[{") + 1
    room = wire.MAX_JSON_BYTES - len(document("[]"))
    count = min((wire.MAX_TOKENS - 20) // marks, room // (len(unit) + 1))
    return document("[" + ",".join([unit] * count) + "]")


WHOLE = f'[["uint8",[{wire.MAX_ARRAY_BYTES}]]]'
BOMBS: dict[str, list[bytes]] = {
    **{f"1 MiB of {unit}": [filled(unit)] for unit in ("[]", "{}", '{"d":{}}', '{"m":[]}', "[0]", '{"":0}', '""')},
    **{
        f"most of {unit}": [dense(unit)]
        for unit in ("[]", "{}", '{"d":{}}', '{"m":[]}', "[0]", '{"d":{"":0}}', "1e9", '"ab"', '"\\ud800"')
    },
    "100 000 levels": [ODD_DOCUMENTS["100 000 levels"]],
    "one text, each character of four bytes": [document('"\U0001f600' + "a" * (wire.MAX_JSON_BYTES - 40) + '"')],
    "lone surrogates": [document('"' + "\\ud800" * 174_000 + '"')],
    "one array as often as it can be named": [
        document("[" + ",".join(['{"b":0}'] * 60_000) + "]", WHOLE),
        bytes(wire.MAX_ARRAY_BYTES),
    ],
    "different keys": [document('{"d":{' + ",".join(f'"{n:x}":0' for n in range(110_000)) + "}}")],
    "the largest array beside the most dicts": [
        dense('{"d":{"":0}}').replace(b'"arrays":[]', f'"arrays":{WHOLE}'.encode()).replace(b"[{", b'[{"a":0},{', 1),
        bytes(wire.MAX_ARRAY_BYTES),
    ],
    "many empty arrays": [document("0", "[" + ",".join(['["int8",[0]]'] * 60_000) + "]"), *[b""] * 60_000],
    "a terabyte of nothing": [ODD_DOCUMENTS["nothing times a terabyte"]],
    "a promise of 2 GB": [],
}

RECEIVER = """
import sys
from multiprocessing.connection import Connection
from grader.runner import wire

def memory(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024

for descriptor in map(int, sys.argv[1:]):
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")
    before = memory("VmRSS")
    with Connection(descriptor) as channel:
        try:
            value = wire.receive(channel)
            ending = "read"
        except (wire.WireError, EOFError) as error:
            ending = type(error).__name__
    print(f"{memory('VmHWM') - before:.1f} {ending}", flush=True)
    value = None
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark of a process can be reset on Linux only")
def test_no_message_costs_the_grader_much_memory_and_it_goes_on_with_the_next() -> None:
    pairs = [socket.socketpair() for _ in range(len(BOMBS) + 1)]
    theirs = [their.fileno() for _, their in pairs]
    with subprocess.Popen(
        [sys.executable, "-c", RECEIVER, *map(str, theirs)],
        pass_fds=theirs,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as grader:
        assert grader.stdout is not None
        growth: dict[str, tuple[float, str]] = {}
        for (ours, their), (name, frames) in zip(
            pairs, {**BOMBS, "a good child": [document("1")]}.items(), strict=True
        ):
            their.close()
            with Connection(ours.detach()) as child:
                _bomb(child, name, frames)
                megabytes, ending = grader.stdout.readline().split()
            growth[name] = float(megabytes), ending
    assert {name: figures for name, figures in growth.items() if figures[0] >= GROWTH_LIMIT_MB} == {}
    assert growth["a good child"][1] == "read"
    assert math.isclose(growth["a good child"][0], 0, abs_tol=2)


def _bomb(child: Connection, name: str, frames: list[bytes]) -> None:
    if not frames:
        _write(child, struct.pack("!i", 2**31 - 1) + bytes(1000))
        return
    try:
        for frame in frames:
            child.send_bytes(frame)
    except OSError:
        assert len(frames) > 1, f"{name}: refused before its only frame was read"
