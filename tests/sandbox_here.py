"""Whether a test may use a sandbox: `DOJO_TEST_SANDBOX=1`, as in continuous integration, has its absence fail."""

from __future__ import annotations

import os
import shutil

import pytest

from grader.runner.sandbox import SandboxUnavailable, require_sandbox


def need_sandbox() -> None:
    """Return where a sandbox can be made; elsewhere the test is skipped, or fails where it mustn't be."""
    wanted = bool(os.environ.get("DOJO_TEST_SANDBOX"))
    try:
        require_sandbox()
    except SandboxUnavailable as trouble:
        if wanted or shutil.which("bwrap"):
            pytest.fail(str(trouble))
        pytest.skip(str(trouble))
