"""An exercise whose needs the usual backend lacks is graded on another, marked; and never where somebody says no."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.backends import availability
from tests.clones import Clone, make_clone, said

ON_SERVER, ON_LITE = "2.1", "2.5"
"""An exercise that milvus-lite can't show, and one that the full server of the wheel can't."""

pytestmark = pytest.mark.skipif(
    not all(row.ok for row in availability() if row.backend == "server"), reason="there is no full server here to go to"
)


@pytest.fixture
def clone(tmp_path: Path, state_dir: Path) -> Clone:
    assert state_dir.is_dir()
    return make_clone(tmp_path / "clone")


def usual(clone: Clone, backend: str) -> Path:
    kept = clone.root / ".dojo" / "backend.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({"backend": backend}), encoding="utf-8")
    return kept


@pytest.mark.parametrize(
    ("backend", "elsewhere", "away", "home"),
    [("lite", "server", ON_SERVER, ON_LITE), ("server", "lite", ON_LITE, ON_SERVER)],
)
def test_an_exercise_goes_where_it_can_be_shown(
    clone: Clone, backend: str, elsewhere: str, away: str, home: str
) -> None:
    kept = usual(clone, backend)
    done = clone.run("grade", "2", away, home)
    graded = {exercise["id"]: exercise for exercise in clone.results()["exercises"]}
    assert done.returncode == 1, "two stubs"
    assert (graded[away]["backend"], graded[home]["backend"]) == (elsewhere, backend)
    assert json.loads(kept.read_text(encoding="utf-8")) == {"backend": backend}, (
        "the next run goes where it always goes"
    )
    first = min(away, home)
    moved = max(away, home)
    assert f"graded on {graded[first]['milvus']}" in said(done).split(graded[first]["title"])[0]
    assert f"{graded[moved]['title']} · graded on {graded[moved]['milvus']}" in said(done)


def test_where_somebody_names_a_backend_nothing_goes_elsewhere(clone: Clone) -> None:
    done = clone.run("grade", "2", ON_SERVER, "--backend", "lite")
    exercise = clone.results()["exercises"][0]
    assert done.returncode == 2, said(done)
    assert exercise["backend"] == "lite"
    assert {check["reason"] for check in exercise["checks"]} == {"backend_lacks"}
    assert "--backend server" in said(done)
