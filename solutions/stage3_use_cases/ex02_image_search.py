"""3.2 Image search: reference solution. The brief stands in exercises/stage3_use_cases/ex02_image_search.py."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from pymilvus import DataType, MilvusClient

from fixtures.models import clip_model

TILE, GAP, COLUMNS = 64, 8, 5
BATCH = 256
MOST_PIXELS = 50_000_000
"""A picture that claims to be larger would fill the memory when it is unpacked."""


def embed_images(paths: list[str]) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Turn pictures into unit vectors, a batch at a time, and leave out what can't be read."""
    model, preprocess, _ = clip_model()
    readable, vectors = [], [np.empty((0, _dim()), dtype=np.float32)]
    for start in range(0, len(paths), BATCH):
        opened = [(path, image) for path in paths[start : start + BATCH] if (image := _open(path)) is not None]
        if opened:
            with torch.inference_mode():
                found = model.encode_image(torch.stack([preprocess(image) for _, image in opened]), normalize=True)
            readable += [path for path, _ in opened]
            vectors.append(found.numpy())
    return readable, np.concatenate(vectors)


def embed_texts(phrases: list[str]) -> npt.NDArray[np.float32]:
    """Turn phrases into unit vectors in the space of the pictures."""
    model, _, tokenize = clip_model()
    with torch.inference_mode():
        vectors: npt.NDArray[np.float32] = model.encode_text(tokenize(phrases), normalize=True).numpy()
    return vectors


def create_collection(client: MilvusClient, name: str, dim: int) -> None:
    """Create the collection of pictures, whose path is their key."""
    schema = client.create_schema()
    schema.add_field("path", DataType.VARCHAR, max_length=512, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)

    index = client.prepare_index_params()
    index.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 200})
    client.create_collection(name, schema=schema, index_params=index)


def add_images(client: MilvusClient, name: str, paths: list[str]) -> list[str]:
    """Index pictures, replacing those that are there, and return the paths that can't be read."""
    readable, vectors = embed_images(paths)
    if readable:
        client.upsert(name, [{"path": path, "vector": v} for path, v in zip(readable, vectors, strict=True)])
    return sorted(set(paths) - set(readable))


def search_by_image(client: MilvusClient, name: str, path: str, limit: int) -> list[tuple[str, float]]:
    """Find the pictures that look most like a given one."""
    readable, vectors = embed_images([path])
    if not readable:
        raise ValueError(f"{path} can't be read as a picture")
    return _search(client, name, vectors, limit)


def search_by_text(client: MilvusClient, name: str, phrase: str, limit: int) -> list[tuple[str, float]]:
    """Find the pictures that a phrase describes best."""
    return _search(client, name, embed_texts([phrase]), limit)


def draw(paths: list[str]) -> npt.NDArray[np.uint8]:
    """Draw pictures side by side, five in a row."""
    rows = -(-len(paths) // COLUMNS)
    step = TILE + GAP
    page = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), "white")
    for place, path in enumerate(paths):
        image = _open(path)
        if image is None:
            raise ValueError(f"{path} can't be read as a picture")
        tile = image if image.size == (TILE, TILE) else image.resize((TILE, TILE))
        page.paste(tile, (place % COLUMNS * step + GAP, place // COLUMNS * step + GAP))
    return np.asarray(page)


def _open(path: str) -> Image.Image | None:
    """Return a picture in RGB on white, or None where there is none."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            coloured = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for broken files
        return None
    return Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured).convert("RGB")


def _search(client: MilvusClient, name: str, vectors: npt.NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
    effort = {"params": {"ef": max(64, 2 * limit)}}
    hits = client.search(name, vectors.tolist(), limit=limit, search_params=effort, output_fields=["path"])[0]
    return [(hit["entity"]["path"], hit["distance"]) for hit in hits]


def _dim() -> int:
    return int(embed_texts([""]).shape[1])
