"""Vectors are kept as the model returns them, of any length.

rejected by: embeds_pictures
because: not_normalised
on: lite, server
"""

from __future__ import annotations


def embed_images(paths):
    model, preprocess, _ = clip_model()
    opened = [(path, image) for path in paths if (image := _open(path)) is not None]
    if not opened:
        return [], np.empty((0, _dim()), dtype=np.float32)
    with torch.inference_mode():
        vectors = model.encode_image(torch.stack([preprocess(image) for _, image in opened])).numpy()
    return [path for path, _ in opened], vectors
