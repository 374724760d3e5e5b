"""3.2 Image search: find pictures by a picture, and by words.

Goal
    Turn pictures and phrases into vectors of one space with a CLIP model, keep those of the pictures in Milvus, find
    pictures that look alike, find pictures by what they show, and draw the results.

Why it matters
    A CLIP has two towers, one for pictures and one for texts, and both point to the same place for the same thing. The
    mistakes are easy to make and hard to see, since any vector finds something: a picture that was resized in another
    way than the model learned, a grey or transparent file that isn't RGB, vectors of different length. And among ten
    thousand uploads one is always broken: an index that stops there at night is found in the morning.

What is measured
    A real Milvus and a real open_clip model, though a tiny one: it was trained on emoji for this kit, since no package
    carries a big one (fixtures/data/emoji/README.md has the recipe and how well it sees). You index Google's drawings
    and ask with Twitter's, which the model has never seen. The checks know the vector of each drawing and each name,
    hold yours against them, search exactly, and look for every pixel of the results in the picture that you draw.

Grade it:      nox -s stage3 -- 3.2
Look at it:    nox -s play -- 3.2
Another model: MODEL=ViT-B-32 PRETRAINED=laion2b_s34b_b79k nox -s play -- 3.2      (a download of 600 MB)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from pymilvus import DataType, MilvusClient  # noqa: F401 - you will need it

from fixtures.models import clip_model  # noqa: F401 - model, preprocess, tokenize = clip_model()

TILE, GAP, COLUMNS = 64, 8, 5
"""Pixels of a tile and of the white between and around tiles, and how many hits stand in a row."""


def embed_images(paths: list[str]) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Turn pictures into vectors of length 1; leave out what can't be read.

    Files may be grey, have a palette, or be transparent, which is to be seen as white. A file that is missing, empty,
    broken, or no picture at all is left out, and never an error.

    Args:
        paths: of the files.

    Returns:
        The paths of the pictures that could be read, in the order given, and a vector for each of them, shape
        (readable, dim), where `dim` is 128 for the model of the kit.
    """
    # TODO: preprocess(image) makes a tensor of one picture, torch.stack(…) a batch, model.encode_image(…) its vectors
    raise NotImplementedError


def embed_texts(phrases: list[str]) -> npt.NDArray[np.float32]:
    """Turn phrases into vectors of length 1 in the space of the pictures.

    Args:
        phrases: one or more.

    Returns:
        A vector for each, in their order, shape (phrases, dim).
    """
    # TODO
    raise NotImplementedError


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    """Create the collection of pictures, ready to be searched.

    Fields: `path` (VARCHAR of 512 bytes, the primary key) and `vector` (FLOAT_VECTOR of `dim` numbers, by COSINE).

    Args:
        client: an open client.
        name: name of the new collection.
        dim: length of the vectors.
    """
    # TODO
    raise NotImplementedError


def add_images(client: MilvusClient, name: str, paths: list[str]) -> list[str]:
    """Index pictures; one that is there already is replaced.

    Args:
        client: an open client.
        name: name of the collection.
        paths: of the files, some of them unreadable.

    Returns:
        The paths that could not be read, so that somebody can look at them.
    """
    # TODO
    raise NotImplementedError


def search_by_image(client: MilvusClient, name: str, path: str, limit: int) -> list[tuple[str, float]]:
    """Find the pictures that look most like a given one.

    Args:
        client: an open client.
        name: name of the collection.
        path: of the picture to look for.
        limit: how many pictures.

    Returns:
        (path, similarity), the most similar first.

    Raises:
        ValueError: the picture can't be read.
    """
    # TODO
    raise NotImplementedError


def search_by_text(client: MilvusClient, name: str, phrase: str, limit: int) -> list[tuple[str, float]]:
    """Find the pictures that a phrase describes best.

    Returns:
        (path, similarity), the best first.
    """
    # TODO
    raise NotImplementedError


def draw(paths: list[str]) -> npt.NDArray[np.uint8]:
    """Draw pictures side by side: five in a row, in the order given, as a page of results.

    Each tile is the picture as it is, in RGB, with what is transparent on white, and scaled to TILE x TILE pixels where
    it is larger or smaller. GAP white pixels stand around each tile; so two tiles have GAP pixels between them. A row
    that isn't full ends in white.

    Args:
        paths: of readable pictures, at least one.

    Returns:
        The picture, shape (height, width, 3), where width is COLUMNS * (TILE + GAP) + GAP, and height likewise.
    """
    # TODO: Image.new(…), page.paste(tile, (x, y)), np.asarray(page)
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    import tempfile
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.datasets import emoji
    from fixtures.showing import demo_client

    drawings = emoji()
    with tempfile.TemporaryDirectory() as folder, demo_client() as client:
        for row, name in enumerate(drawings.names):
            Path(folder, f"{name.replace('/', ' ')}.png").write_bytes(drawings.drawing(row, "noto"))
        paths = sorted(str(path) for path in Path(folder).iterdir())
        create_collection(client, "drawings", dim=embed_texts(["anything"]).shape[1])
        print(len(paths) - len(add_images(client, "drawings", paths)), "drawings")
        found = []
        for phrase in ("red fruit", "sea animal", "money"):
            hits = search_by_text(client, "drawings", phrase, COLUMNS)
            print(f"{phrase}: {', '.join(Path(path).stem for path, _ in hits)}")
            found += [path for path, _ in hits]
        Path("reports").mkdir(exist_ok=True)
        Image.fromarray(draw(found)).save("reports/drawings.png")
        print("see reports/drawings.png")
