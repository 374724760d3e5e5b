"""Phrases are sorted, and the vectors stay so.

rejected by: embeds_phrases
because: wrong_order
on: lite, server
"""

from __future__ import annotations


def embed_texts(phrases):
    model, _, tokenize = clip_model()
    with torch.inference_mode():
        return model.encode_text(tokenize(sorted(phrases)), normalize=True).numpy()
