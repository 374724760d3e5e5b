"""Which kit grades: the version of pyproject.toml and, in a git checkout, its commit and what was in earlier ones."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import tomllib
from collections.abc import Iterable

from grader.curriculum import ROOT


@functools.cache
def kit_version() -> str:
    """Return such as `0.1.0 (3f2a91c0d4e5)`, with `, changed` behind a commit that the files differ from."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = str(document["project"]["version"])
    commit = ask_git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return version
    changed = ask_git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!exercises")
    return f"{version} ({commit}, changed)" if changed else f"{version} ({commit})"


def known_here(contents: Iterable[bytes]) -> frozenset[bytes]:
    """Return those contents that some file of this kit has had in some commit; none where this is no git checkout."""
    names = {hashlib.sha1(b"blob %d\0" % len(each) + each).hexdigest(): each for each in contents}
    said = ask_git("cat-file", "--batch-check", asks="".join(f"{name}\n" for name in names)) if names else None
    lines = (line.split() for line in (said or "").splitlines())
    return frozenset(names[line[0]] for line in lines if line[1:2] == ["blob"] and line[0] in names)


def ask_git(*arguments: str, asks: str = "") -> str | None:
    """Return what git says of this repository, or None where it says nothing of use."""
    if not (ROOT / ".git").exists():  # else git would look in the folders above
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], input=asks, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
