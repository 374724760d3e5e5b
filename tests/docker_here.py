"""Whether a test may use Docker: `DOJO_TEST_CONTAINER=1`, as in continuous integration, makes its absence a failure."""

from __future__ import annotations

import os

import pytest

from infra.backends import daemon


def require_image() -> str:
    """Return the Milvus image that Docker has here; without one the test is skipped, or fails where it mustn't be."""
    image = daemon.milvus_image()
    trouble = daemon.trouble_with(image)
    if trouble and os.environ.get("DOJO_TEST_CONTAINER"):
        pytest.fail(str(trouble))
    if trouble:
        pytest.skip(str(trouble))
    return image
