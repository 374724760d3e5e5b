"""The vectors of phrases are kept as the model returns them.

rejected by: embeds_phrases
because: not_normalised
on: lite, server
"""

from __future__ import annotations


def embed_texts(phrases):
    model, _, tokenize = clip_model()
    with torch.inference_mode():
        return model.encode_text(tokenize(phrases)).numpy()
