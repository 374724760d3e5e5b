"""The language between the grader and the learner's process: bounded frames of plain data.

The child is hostile, so nothing that it sends is ever unpickled. A message is one JSON frame, followed by one raw
frame for each array that the JSON names. The receiver knows the greatest length of each frame before it reads it,
and what arrives is made of exact builtin types and plain arrays.

In the JSON, numbers, strings and lists stand for themselves. Every object is a tag with one key:
`{"d": {…}}` a dict with string keys, `{"m": [[key, value], …]}` a dict with other plain keys, `{"a": i}` array i,
`{"b": i}` the bytes of array i, `{"e": […]}` an `Endpoint`. Each array is named once.

Whatever arrives, the receiver's memory grows by less than 64 MB (measured in tests/test_wire.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from infra.endpoint import Endpoint, EndpointKind

MAX_JSON_BYTES = 1 << 20
MAX_ARRAY_BYTES = 16 << 20
MAX_DEPTH = 32
MAX_TOKENS = 1 << 18
"""How many values and keys the JSON may hold, roughly: `[],` is three bytes, and a list in memory is sixty."""
DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)

ENDPOINT_KINDS = frozenset(get_args(EndpointKind))

Array = npt.NDArray[Any]


class WireError(Exception):
    """A frame that isn't what the language allows; after it the channel can't be trusted."""


class NotPlainDataError(Exception):
    """A value that has no plain form, such as an open client or a generator."""


class TooLargeError(Exception):
    """A value whose plain form is larger than a message may be."""


def send(channel: Connection, value: object) -> None:
    """Write one message.

    Raises:
        NotPlainDataError: the value can't be written in this language; nothing was sent.
        TooLargeError: the value is too large; nothing was sent.
    """
    arrays: list[Array] = []
    document = {
        "value": _to_json(value, arrays, 0),
        "arrays": [[a.dtype.name, list(a.shape)] for a in arrays],
    }
    try:
        header = json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode()
    except ValueError:  # Python's own limit, which the other side has too
        raise TooLargeError("an integer of thousands of digits") from None
    size = sum(a.nbytes for a in arrays)
    if len(header) > MAX_JSON_BYTES or _tokens(header) > MAX_TOKENS or size > MAX_ARRAY_BYTES:
        raise TooLargeError(f"{_tokens(header)} values in {len(header)} bytes of JSON and {size} bytes of arrays")
    channel.send_bytes(header)
    for array in arrays:
        channel.send_bytes(array.tobytes())


def receive(channel: Connection) -> Any:
    """Read one message.

    Raises:
        EOFError: the other side closed the channel.
        WireError: the frames are forged, too large, too deep or don't fit together.
    """
    document = _parse(_frame(channel, MAX_JSON_BYTES))
    if not isinstance(document, dict) or set(document) != {"value", "arrays"}:
        raise WireError("a message has exactly the keys value and arrays")
    arrays = _Arrays(channel, document["arrays"])
    return _from_json(document["value"], arrays, 0)


def _frame(channel: Connection, limit: int) -> bytes:
    try:
        return channel.recv_bytes(limit)
    except OSError as error:
        # `Connection` has one exception for both: a length beyond the limit, and an end in the middle of a frame.
        if "bad message length" in str(error):
            raise WireError(f"a frame longer than {limit} bytes") from None
        raise EOFError from None


def _parse(frame: bytes) -> Any:
    if _tokens(frame) > MAX_TOKENS:
        raise WireError(f"more than {MAX_TOKENS} values")
    try:
        return json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a JSON document: {type(error).__name__}") from None


def _tokens(frame: bytes) -> int:
    """Count what begins or separates values; what strings hold counts too."""
    return sum(frame.count(mark) for mark in (b",", b":", b"[", b"{"))


class _Arrays:
    """The arrays of one message, each of them handed out once: naming one a thousand times can't multiply it."""

    def __init__(self, channel: Connection, specs: object) -> None:
        """Read every array, after the sizes of all of them were found to be small enough."""
        self._specs = _array_specs(specs)
        self._frames: dict[int, bytes] = {}
        for index, (dtype, shape) in enumerate(self._specs):
            expected = _nbytes(dtype, shape)
            frame = _frame(channel, expected)
            if len(frame) != expected:
                raise WireError(f"an array of {expected} bytes came with {len(frame)}")
            self._frames[index] = frame

    def take(self, index: int) -> Array:
        """Return an array that can be written to, as one that was made here could be."""
        dtype, shape = self._specs[index] if index in self._frames else ("", ())
        flat = np.frombuffer(self.take_bytes(index), dtype=dtype)
        if dtype == "bool" and flat.view("uint8").max(initial=0) > 1:
            raise WireError("a bool that is neither 0 nor 1")
        try:
            return flat.reshape(shape).copy()
        except ValueError:  # empty, with other dimensions whose product no array can have
            raise WireError(f"an array of shape {shape!r:.80}") from None

    def take_bytes(self, index: int) -> bytes:
        """Return the bytes of an array."""
        if index not in self._frames:
            raise WireError("an array that isn't there, or that is named twice")
        return self._frames.pop(index)


def _array_specs(specs: object) -> list[tuple[str, tuple[int, ...]]]:
    """Check every array's dtype and shape, and that all of them together are small enough, before one is read."""
    checked: list[tuple[str, tuple[int, ...]]] = []
    total = 0
    if not isinstance(specs, list):
        raise WireError("arrays is a list")
    for spec in specs:
        match spec:
            case [str(dtype), list(shape)] if dtype in DTYPES and len(shape) <= 8:
                if not all(type(n) is int and 0 <= n <= MAX_ARRAY_BYTES for n in shape):
                    raise WireError(f"an array of shape {shape!r:.80}")
                total += _nbytes(dtype, tuple(shape))
                checked.append((dtype, tuple(shape)))
            case _:
                raise WireError(f"an array of kind {spec!r:.80}")
        if total > MAX_ARRAY_BYTES:
            raise WireError("arrays larger than a message may be")
    return checked


def _nbytes(dtype: str, shape: tuple[int, ...]) -> int:
    return math.prod(shape) * np.dtype(dtype).itemsize


def _from_json(node: Any, arrays: _Arrays, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"a value nested deeper than {MAX_DEPTH}")
    if isinstance(node, str):
        # A lone surrogate can't be printed or stored; make it visible instead.
        return node if node.isprintable() else node.encode("utf-8", "backslashreplace").decode()
    if isinstance(node, list):
        return [_from_json(item, arrays, depth + 1) for item in node]
    if not isinstance(node, dict):
        return node
    match node:
        case {"d": dict(items)} if len(node) == 1:
            return {_from_json(k, arrays, depth + 1): _from_json(v, arrays, depth + 1) for k, v in items.items()}
        case {"m": list(pairs)} if len(node) == 1:
            return _from_pairs(pairs, arrays, depth)
        case {"a": int(index)} if len(node) == 1:
            return arrays.take(index)
        case {"b": int(index)} if len(node) == 1:
            return arrays.take_bytes(index)
        case {"e": [str(kind), str(uri), str(token), str(database)]} if len(node) == 1 and kind in ENDPOINT_KINDS:
            return Endpoint(kind, uri, token, database)  # type: ignore[arg-type]
    raise WireError("an object that is no tag")


def _from_pairs(pairs: list[Any], arrays: _Arrays, depth: int) -> dict[Any, Any]:
    result = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or isinstance(pair[0], (list, dict)):
            raise WireError("a dict entry that is no pair of a plain key and a value")
        result[_from_json(pair[0], arrays, depth + 1)] = _from_json(pair[1], arrays, depth + 1)
    return result


def _to_json(value: object, arrays: list[Array], depth: int) -> Any:
    """Write a value in the tagged form; arrays are appended to `arrays` and named by their index."""
    if depth > MAX_DEPTH:
        raise NotPlainDataError(f"a value nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    for builtin, convert in _SCALARS:
        if isinstance(value, builtin):
            return convert(value)
    if isinstance(value, Enum):
        return _to_json(value.value, arrays, depth)
    if isinstance(value, Endpoint):
        return {"e": [value.kind, value.uri, value.token, value.database]}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"b": _keep(np.frombuffer(bytes(value), dtype="uint8"), arrays)}
    if isinstance(value, np.ndarray):
        return {"a": _keep(value, arrays)}
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return _mapping_to_json(value, arrays, depth)
    if isinstance(value, (list, tuple, Sequence)):
        return [_to_json(item, arrays, depth + 1) for item in value]
    raise NotPlainDataError(type(value).__name__)


_SCALARS: list[tuple[Any, Callable[[Any], object]]] = [
    ((int, np.integer), int),
    ((float, np.floating), float),
    (str, lambda text: str.__str__(text)),
]


def _mapping_to_json(value: Mapping[Any, Any], arrays: list[Array], depth: int) -> dict[str, Any]:
    if all(type(key) is str for key in value):
        return {"d": {key: _to_json(item, arrays, depth + 1) for key, item in value.items()}}
    pairs = [[_to_json(k, arrays, depth + 1), _to_json(v, arrays, depth + 1)] for k, v in value.items()]
    for key, (plain, _) in zip(value, pairs, strict=True):
        if isinstance(plain, (list, dict)):
            raise NotPlainDataError(f"dict key of type {type(key).__name__}")
    return {"m": pairs}


def _keep(array: Array, arrays: list[Array]) -> int:
    if array.dtype.name not in DTYPES:
        raise NotPlainDataError(f"numpy array of {array.dtype.name}")
    if array.nbytes > MAX_ARRAY_BYTES:  # before it is copied: a broadcast array is small only where it lies
        raise TooLargeError(f"an array of {array.nbytes} bytes")
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    arrays.append(np.ascontiguousarray(native).reshape(array.shape))
    return len(arrays) - 1
