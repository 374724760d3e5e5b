"""The picture is resized and scaled to 0..1 by hand, without the model's own mean and deviation.

rejected by: embeds_pictures
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def embed_images(paths):
    model, _, _ = clip_model()
    opened = [(path, image) for path in paths if (image := _open(path)) is not None]
    if not opened:
        return [], np.empty((0, _dim()), dtype=np.float32)
    batch = np.stack([np.asarray(image.resize((32, 32)), dtype=np.float32) / 255 for _, image in opened])
    with torch.inference_mode():
        vectors = model.encode_image(torch.tensor(batch).permute(0, 3, 1, 2), normalize=True).numpy()
    return [path for path, _ in opened], vectors
