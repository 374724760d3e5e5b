"""The question is half the picture.

rejected by: finds_by_picture
because: wrong_similarity
on: lite, server
"""

from __future__ import annotations


def search_by_image(client, name, path, limit):
    image = _open(path)
    if image is None:
        raise ValueError(path)
    model, preprocess, _ = clip_model()
    with torch.inference_mode():
        half = preprocess(image.crop((0, 0, TILE // 2, TILE)))
        vector = model.encode_image(half[None], normalize=True).numpy()
    return _search(client, name, vector, limit)
