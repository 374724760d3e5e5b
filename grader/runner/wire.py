"""The language between the grader and the learner's process: bounded frames of plain data.

The child is hostile, so nothing that it sends is ever unpickled. A message is one JSON frame, followed by one raw
frame for each array that the JSON names. The receiver knows the greatest length of each frame before it reads it,
and what arrives is made of exact builtin types and plain arrays.

In the JSON, numbers, strings and lists stand for themselves. Every object is a tag with one key:
`{"d": {…}}` a dict with string keys, `{"m": [[key, value], …]}` any other dict, `{"a": i}` array i,
`{"b": i}` the bytes of array i, `{"e": […]}` an `Endpoint`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

from infra.endpoint import Endpoint

MAX_JSON_BYTES = 1 << 20
MAX_ARRAY_BYTES = 16 << 20
MAX_DEPTH = 32
DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
    + ["float16", "float32", "float64"]
)

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
    document = {"value": _to_json(value, arrays, 0), "arrays": [[a.dtype.name, list(a.shape)] for a in arrays]}
    header = json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode()
    size = sum(a.nbytes for a in arrays)
    if len(header) > MAX_JSON_BYTES or size > MAX_ARRAY_BYTES:
        raise TooLargeError(f"{len(header)} bytes of JSON and {size} bytes of arrays")
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
    arrays = [_array(channel, dtype, shape) for dtype, shape in _array_specs(document["arrays"])]
    return _from_json(document["value"], arrays, 0)


def _frame(channel: Connection, limit: int) -> bytes:
    try:
        return channel.recv_bytes(limit)
    except EOFError:
        raise
    except OSError as error:
        raise WireError(f"a frame longer than {limit} bytes, or a broken channel: {error}") from None


def _parse(frame: bytes) -> Any:
    try:
        return json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a JSON document: {type(error).__name__}") from None


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
                total += math.prod(shape) * np.dtype(dtype).itemsize
                checked.append((dtype, tuple(shape)))
            case _:
                raise WireError(f"an array of kind {spec!r:.80}")
        if total > MAX_ARRAY_BYTES:
            raise WireError("arrays larger than a message may be")
    return checked


def _array(channel: Connection, dtype: str, shape: tuple[int, ...]) -> Array:
    expected = math.prod(shape) * np.dtype(dtype).itemsize
    frame = _frame(channel, max(expected, 1))
    if len(frame) != expected:
        raise WireError(f"an array of {expected} bytes came with {len(frame)}")
    return np.frombuffer(frame, dtype=dtype).reshape(shape)


def _from_json(node: Any, arrays: Sequence[Array], depth: int) -> Any:
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
        case {"a": int(index)} if len(node) == 1 and 0 <= index < len(arrays):
            return arrays[index]
        case {"b": int(index)} if len(node) == 1 and 0 <= index < len(arrays):
            return arrays[index].tobytes()
        case {"e": [str(kind), str(uri), str(token), str(database)]} if len(node) == 1:
            return Endpoint(kind, uri, token, database)  # type: ignore[arg-type]
    raise WireError("an object that is no tag")


def _from_pairs(pairs: list[Any], arrays: Sequence[Array], depth: int) -> dict[Any, Any]:
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
    return {"m": [[_to_json(k, arrays, depth + 1), _to_json(v, arrays, depth + 1)] for k, v in value.items()]}


def _keep(array: Array, arrays: list[Array]) -> int:
    if array.dtype.name not in DTYPES:
        raise NotPlainDataError(f"an array of {array.dtype.name}")
    arrays.append(np.ascontiguousarray(array).reshape(array.shape))
    return len(arrays) - 1
