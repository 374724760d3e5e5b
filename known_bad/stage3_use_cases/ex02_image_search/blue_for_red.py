"""Red and blue are exchanged, as when a picture was read with OpenCV.

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
    swapped = [Image.fromarray(np.asarray(image)[..., ::-1].copy()) for _, image in opened]
    with torch.inference_mode():
        vectors = model.encode_image(torch.stack([preprocess(image) for image in swapped]), normalize=True).numpy()
    return [path for path, _ in opened], vectors
