"""The picture of hits that the report shows for 3.2: a question a line, and behind it what was found, best first."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from checks.stage3_use_cases.album import Album
from checks.stage3_use_cases.png import png
from fixtures.datasets import emoji
from grader.measured import Picture

LINES, HITS = 6, 5
_TILE, _GAP, _NAME, _LETTERS = 64, 8, 150, 20
_PAPER, _INK = (255, 255, 255), (60, 64, 70)

Asked = tuple[bytes | str, Sequence[str]]
"""The drawing that was asked with, or the name, and the paths that were found."""


def hits_shown(title: str, album: Album, asked: Sequence[Asked]) -> Picture:
    """Return what was found for the first questions; the drawings are the kit's own, whatever was returned.

    Args:
        title: of the picture, a msgid.
        album: knows what each path shows.
        asked: the questions and what was found.
    """
    lines, drawn = asked[:LINES], emoji()
    step, left = _TILE + _GAP, max(_width(question) for question, _ in lines)
    page = Image.new("RGB", (left + 3 * _GAP + HITS * step, len(lines) * step + _GAP), _PAPER)
    pen = ImageDraw.Draw(page)
    for line, (question, paths) in enumerate(lines):
        top = _GAP + line * step
        if isinstance(question, bytes):
            page.paste(_tile(question), (_GAP, top))
        else:
            name = question if len(question) <= _LETTERS else question[: _LETTERS - 1] + "…"
            pen.text((_GAP, top + _TILE // 2 - 7), name, fill=_INK, font=ImageFont.load_default(14))
        for place, path in enumerate(paths[:HITS]):
            page.paste(_tile(drawn.drawing(album.rows[path], "noto")), (left + 3 * _GAP + place * step, top))
    pen.line((left + 2 * _GAP, _GAP, left + 2 * _GAP, page.height - _GAP), fill=(200, 204, 210), width=2)
    return Picture(title, png(np.asarray(page)))


def _width(question: bytes | str) -> int:
    return _TILE if isinstance(question, bytes) else _NAME


def _tile(drawing: bytes) -> Image.Image:
    return Image.open(io.BytesIO(drawing)).convert("RGB")
