"""Each phrase is put into a sentence about photographs, as for another model.

rejected by: embeds_phrases
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def embed_texts(phrases):
    model, _, tokenize = clip_model()
    with torch.inference_mode():
        return model.encode_text(tokenize([f"a photo of a {phrase}" for phrase in phrases]), normalize=True).numpy()
