"""Which kit grades: the version of pyproject.toml and, in a git checkout, its commit."""

from __future__ import annotations

import functools
import subprocess
import tomllib

from grader.curriculum import ROOT


@functools.cache
def kit_version() -> str:
    """Return such as `0.1.0 (3f2a91c0d4e5)`, with `, changed` behind a commit that the files differ from."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = str(document["project"]["version"])
    commit = _git("rev-parse", "--short=12", "HEAD") if (ROOT / ".git").exists() else None
    if not commit:
        return version
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!exercises")
    return f"{version} ({commit}, changed)" if changed else f"{version} ({commit})"


def _git(*arguments: str) -> str | None:
    """Return what git says of this repository, or None where it says nothing of use."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
