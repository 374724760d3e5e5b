"""A thumbnail of 16 pixels goes to the model, to save time.

rejected by: embeds_pictures
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def embed_images(paths):
    model, preprocess, _ = clip_model()
    opened = [(path, image) for path in paths if (image := _open(path)) is not None]
    if not opened:
        return [], np.empty((0, _dim()), dtype=np.float32)
    with torch.inference_mode():
        small = [preprocess(image.resize((16, 16))) for _, image in opened]
        vectors = model.encode_image(torch.stack(small), normalize=True).numpy()
    return [path for path, _ in opened], vectors
