"""The pictures of 3.2 as its checks see them: files whose vectors are known, broken ones, and what is stored."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from checks.collection_assertions import created
from checks.stage3_use_cases.embedded import Vectors
from fixtures.datasets import emoji
from fixtures.milvus import Milvus
from grader.kept import Kept
from grader.runner.submission import Submission

DIM = 128
DRAWINGS = 900
ASKED = 60


@dataclass(frozen=True)
class Album:
    """A collection that the learner's code has made of drawings.

    Attributes:
        submission: the learner's functions.
        milvus: the grader's own eyes.
        collection: name of the collection.
        folder: where the files are.
        rows: by path, the emoji that Google's drawing there shows.
        asked: by path, the emoji that a drawing of Twitter's shows; these aren't in the collection.
        broken: paths that hold no picture.
        said: what add_images returned.
        rng: chance.
    """

    submission: Submission
    milvus: Milvus
    collection: str
    folder: Path
    rows: dict[str, int]
    asked: dict[str, int]
    broken: tuple[str, ...]
    said: Any
    rng: np.random.Generator

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the learner on this collection."""
        return self.submission.call(function, self.milvus.endpoint(), self.collection, *arguments)

    def stored(self) -> dict[str, Vectors]:
        """Return the vectors that the collection holds, by path."""
        rows = self.milvus.client.query(
            self.collection,
            filter='path != ""',
            output_fields=["path", "vector"],
            consistency_level="Strong",
            timeout=30,
        )
        return {row["path"]: np.asarray(row["vector"], dtype=np.float32) for row in rows}

    def similarities(self, vector: Vectors) -> dict[str, float]:
        """Return how similar each drawing of the collection is to a vector of length 1."""
        drawn = emoji().noto
        return {path: float(drawn[row] @ vector) for path, row in self.rows.items()}


def write_drawing(folder: Path, row: int, style: str) -> str:
    """Write a drawing as a file of an unspeaking name, and return its path."""
    return _written(folder, f"{style}-{row}.png", emoji().drawing(row, style))


def write_broken(folder: Path, rng: np.random.Generator) -> tuple[str, ...]:
    """Write files that hold no picture, each in a way that happens, and return their paths and that of none."""
    whole = emoji().drawing(int(rng.integers(len(emoji().codes))), "noto")
    return (
        _written(folder, "cut-off.png", whole[: len(whole) // 2]),
        _written(folder, "empty.png", b""),
        _written(folder, "text.png", b"<html><body>404 Not Found</body></html>"),
        str(folder / "missing.png"),
    )


def write_in_forms(folder: Path, row: int) -> dict[str, str]:
    """Write one drawing in several forms of file that hold the same picture, and return their paths by form."""
    drawing = Image.open(io.BytesIO(emoji().drawing(row, "noto"))).convert("RGB")
    white = (np.asarray(drawing) == 255).all(axis=2)
    see_through = drawing.convert("RGBA")
    see_through.putalpha(Image.fromarray(np.where(white, 0, 255).astype(np.uint8)))
    dark = np.asarray(see_through).copy()
    dark[white] = 0  # black, were it not transparent
    forms = {"rgb": drawing, "palette": drawing.quantize(256), "transparent": Image.fromarray(dark)}
    return {form: _written(folder, f"{form}-{row}.png", _png(image)) for form, image in forms.items()}


def make_album(submission: Submission, milvus: Milvus, kept: Kept, rng: np.random.Generator, place: Path) -> Album:
    """Have the learner's code index drawings, once for all checks."""

    def make() -> tuple[str, Path, dict[str, int], dict[str, int], tuple[str, ...], Any]:
        name = kept("empty", lambda: created(submission, milvus, "pictures", DIM))
        drawn = emoji()
        asked = rng.choice(drawn.held_out, ASKED, replace=False)
        others = np.setdiff1d(np.arange(len(drawn.codes)), asked)
        shown = rng.permutation([*asked, *rng.choice(others, DRAWINGS - ASKED, replace=False)])
        rows = {write_drawing(place, int(row), "noto"): int(row) for row in shown}
        questions = {write_drawing(place, int(row), "twemoji"): int(row) for row in asked}
        broken = write_broken(place, rng)
        paths = [*rows]
        for path in broken:
            paths.insert(int(rng.integers(len(paths))), path)
        said = submission.call("add_images", milvus.endpoint(), name, paths)
        return name, place, rows, questions, broken, said

    return Album(submission, milvus, *kept("album", make), rng)


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _written(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)
