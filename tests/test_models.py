"""The models of stage 3: loaded without a network, checked by hash, warm before learner code, as good as said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures import models
from fixtures.datasets import Vectors, corpus, emoji
from fixtures.models import ModelUnavailable, clip_model, missing_package, text_model
from grader.runner.guard import Limits
from grader.runner.launch import Launcher
from grader.runner.source import Source
from grader.runner.submission import Submission


def test_a_known_text_is_looked_up_and_another_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    model, texts = text_model(), corpus()
    embedded: list[str] = []
    real = model.encode._encode

    def watched(new: Any, **options: Any) -> Any:
        embedded.extend([new] if isinstance(new, str) else new)
        return real(new, **options)

    monkeypatch.setattr(model.encode, "_encode", watched)
    known = [document.text for document in texts.documents[:3]]
    fresh = known[1].upper()
    found = model.encode([known[0], fresh, known[2]], normalize_embeddings=True)
    assert embedded == [fresh]
    assert np.abs(found - texts.vectors[:3]).max() < 1e-3
    assert model.encode(known[0]).shape == (384,)
    assert embedded == [fresh]


def test_more_than_vectors_is_never_looked_up() -> None:
    known = corpus().documents[0].text
    assert text_model().encode(known, convert_to_tensor=True).shape == (384,)
    assert text_model().encode([known], output_value="token_embeddings")[0].shape[1] == 384


def test_the_libraries_are_kept_from_the_network() -> None:
    text_model()
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_weights_that_nobody_looked_at_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for file, load in (("emoji-clip.safetensors", clip_model), ("tokenizer.json", text_model)):
        monkeypatch.setitem(models.SHA256, file, "0" * 64)
        with pytest.raises(ModelUnavailable, match=file):
            load.__wrapped__()  # not what was loaded before


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_package(["text", "clip"]) is None
    monkeypatch.setitem(models.PACKAGES, "text", ("torch", "no_such_package"))
    assert missing_package(["text"]) == "no_such_package"


def test_clip_makes_of_a_drawing_and_a_name_what_the_kit_says() -> None:
    import io

    import torch
    from PIL import Image

    model, preprocess, tokenize = clip_model()
    drawn = emoji()
    with torch.no_grad():
        image = Image.open(io.BytesIO(drawn.drawing(7, "noto"))).convert("RGB")
        seen = model.encode_image(preprocess(image)[None], normalize=True)[0].numpy()
        said = model.encode_text(tokenize([drawn.names[7]]), normalize=True)[0].numpy()
    assert seen @ drawn.noto[7] > 0.999
    assert said @ drawn.of_names[7] > 0.999


def test_clip_knows_drawings_that_it_has_never_seen() -> None:
    """As good as the README beside the weights says; chance finds one in 1,636."""
    drawn = emoji()
    shown = drawn.noto.copy()
    shown[drawn.held_out] = drawn.twemoji
    by_name = _ranks(drawn.of_names[drawn.held_out], shown, drawn.held_out)
    by_drawing = _ranks(drawn.twemoji, drawn.noto, drawn.held_out)
    assert (by_name < 1).mean() >= 0.33
    assert (by_name < 10).mean() >= 0.69
    assert (by_drawing < 1).mean() >= 0.53


def _ranks(asked: Vectors, shown: Vectors, wanted: Any) -> Any:
    near = asked @ shown.T
    own = near[np.arange(len(wanted)), wanted]
    return (near > own[:, None]).sum(axis=1)


def test_a_model_is_warm_before_learner_code_begins(launcher: Launcher, tmp_path: Path) -> None:
    path = tmp_path / "asks.py"
    path.write_text("from fixtures.models import is_loaded\n\n\ndef warm(model):\n    return is_loaded(model)\n")
    submission = Submission(Source("asks", path), launcher, Limits(models=("clip",)))
    try:
        assert submission.call("warm", "clip") is hasattr(os, "fork")
    finally:
        submission.close()
