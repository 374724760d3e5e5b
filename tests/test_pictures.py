"""Pictures in the report: shown where they are what they claim to be, left out where not."""

from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest

from grader.measured import PICTURE_BYTES, Picture, as_json, from_json


def png(width: int, height: int, padding: int = 0) -> bytes:
    """Return a white PNG; the padding stands in a comment."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    head = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    comment = part(b"tEXt", b"x\0" + b"y" * padding) if padding else b""
    return b"\x89PNG\r\n\x1a\n" + head + comment + part(b"IDAT", rows) + part(b"IEND", b"")


def test_a_picture_comes_back_from_a_document() -> None:
    picture = Picture("Hits", png(40, 20))
    assert picture.size == (40, 20)
    assert from_json(json.loads(json.dumps(as_json(picture)))) == picture


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a" + bytes(40), png(40, 20)[:20], png(2_001, 1), png(1, 1, padding=PICTURE_BYTES)],
    ids=["empty", "another kind", "cut off", "too wide", "too long"],
)
def test_what_is_no_picture_is_left_out(content: bytes) -> None:
    document = as_json(Picture("Hits", content))
    assert document["png"] == ""
    assert from_json(document) is None
    assert from_json({"kind": "picture", "title": "Hits", "png": base64.b64encode(content).decode()}) is None


@pytest.mark.parametrize("text", ["not base64!", '"><script>', "é"])
def test_a_text_that_is_not_base64_is_left_out(text: str) -> None:
    assert from_json({"kind": "picture", "title": "Hits", "png": text}) is None
