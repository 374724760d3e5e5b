from __future__ import annotations

import math

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from pymilvus import DataType, MilvusClient

from fixtures.models import clip_model

TILE, GAP, COLUMNS = 64, 8, 5


def read(path):
    try:
        image = Image.open(path)
        image.load()
    except (OSError, UnidentifiedImageError, SyntaxError):
        return None
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white


def embed_images(paths):
    model, preprocess, _ = clip_model()
    readable, vectors = [], []
    for path in paths:
        image = read(path)
        if image is not None:
            with torch.no_grad():
                vector = model.encode_image(preprocess(image)[None])[0].numpy()
            readable.append(path)
            vectors.append(vector / np.linalg.norm(vector))
    return readable, np.array(vectors, dtype=np.float32).reshape(len(vectors), 128)


def embed_texts(phrases):
    model, _, tokenize = clip_model()
    with torch.no_grad():
        vectors = model.encode_text(tokenize(phrases))
    return (vectors / vectors.norm(dim=-1, keepdim=True)).numpy()


def create_collection(client: MilvusClient, name, dim):
    schema = MilvusClient.create_schema()
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("path", DataType.VARCHAR, max_length=512, is_primary=True)
    client.create_collection(name, schema=schema)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_index(name, index)
    client.load_collection(name)


def add_images(client, name, paths):
    readable, vectors = embed_images(list(paths))
    for start in range(0, len(readable), 200):
        rows = zip(readable[start : start + 200], vectors[start : start + 200], strict=True)
        client.upsert(name, [{"path": path, "vector": vector.tolist()} for path, vector in rows])
    return [path for path in paths if path not in readable]


def search_by_image(client, name, path, limit):
    image = read(path)
    if image is None:
        raise ValueError(path)
    return nearest(client, name, embed_images([path])[1], limit)


def search_by_text(client, name, phrase, limit):
    return nearest(client, name, embed_texts([phrase]), limit)


def nearest(client, name, vectors, limit):
    hits = client.search(name, [vectors[0].tolist()], limit=limit, output_fields=["path"])[0]
    return [[hit["entity"]["path"], float(hit["distance"])] for hit in hits]


def draw(paths):
    step = TILE + GAP
    page = np.full((math.ceil(len(paths) / COLUMNS) * step + GAP, COLUMNS * step + GAP, 3), 255, dtype=np.uint8)
    for place, path in enumerate(paths):
        top, left = (GAP + index * step for index in divmod(place, COLUMNS))
        image = read(path)
        page[top : top + TILE, left : left + TILE] = image if image.size == (TILE, TILE) else image.resize((TILE, TILE))
    return page
