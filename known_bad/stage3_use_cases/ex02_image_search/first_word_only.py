"""A phrase is its first word.

rejected by: embeds_phrases
because: other_vectors
on: lite, server
"""

from __future__ import annotations


def embed_texts(phrases):
    model, _, tokenize = clip_model()
    with torch.inference_mode():
        return model.encode_text(tokenize([(phrase.split() or [""])[0] for phrase in phrases]), normalize=True).numpy()
