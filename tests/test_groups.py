"""The kit's own tests run in groups: a module's servers and graded attacks are made by one worker, not by each."""

from __future__ import annotations

import pytest


def test_a_worker_knows_the_group_of_a_test(request: pytest.FixtureRequest) -> None:
    """Without xdist there is neither; with versions of pytest and xdist that don't fit there is a worker alone."""
    assert request.node.nodeid.endswith("@test_groups") is hasattr(request.config, "workerinput")
