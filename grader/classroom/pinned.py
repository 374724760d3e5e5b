"""The commit of the kit that exercises are given out from, and where somebody else's computer can fetch it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import WrongOption
from grader.version import ask_git
from infra.messages import N_, Message

_HTTPS = re.compile(r"https://(?:[^/@\s]*@)?(?P<host>[\w.-]+(?::\d+)?)/(?P<path>[\w.~-]+(?:/[\w.~-]+)*)/?")
_SSH = re.compile(r"(?:ssh://)?[\w.-]+@(?P<host>[\w.-]+)(?::(?:\d+/)?|/)(?P<path>[\w.~-]+(?:/[\w.~-]+)*)/?")
_SHORT = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Pinned:
    """One state of the kit.

    Attributes:
        revision: its commit, in full.
        repository: an `https://` address that has this commit; empty where this clone knows of none.
    """

    revision: str
    repository: str


def pinned(repository: str | None, revision: str | None) -> Pinned:
    """Return the state of the kit that is meant.

    Args:
        repository: an `https://` or SSH address, or OWNER/NAME on GitHub; by default this clone's origin, if it has one
            that others can reach.
        revision: what git calls a commit, such as a tag; by default the one that is checked out.

    Raises:
        WrongOption: this is no git clone, or it has no such commit, or nobody could fetch from such an address.
    """
    commit = ask_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision or 'HEAD'}^{{commit}}")
    if not commit:
        if revision and ask_git("rev-parse", "HEAD"):
            raise WrongOption(Message(N_("This clone of the kit has no commit {revision}."), {"revision": revision}))
        raise WrongOption(
            Message(N_("Exercises are given out from a commit, and this kit is no git clone, or git isn't installed.")),
            Message(N_("Install git, clone the kit, and give the same command there.")),
        )
    if repository is None:
        return Pinned(commit, address(ask_git("remote", "get-url", "origin") or ""))
    known = address(f"https://github.com/{repository}" if _SHORT.fullmatch(repository) else repository)
    if not known:
        raise WrongOption(
            Message(N_("Nobody else could fetch the kit from {repository}."), {"repository": repository}),
            Message(N_("--kit-repository takes an https:// address, or OWNER/NAME on GitHub.")),
        )
    return Pinned(commit, known)


def address(text: str) -> str:
    """Return an address of git's as everybody can use it: by HTTPS, without a name or a token; empty if it can't be."""
    match = _HTTPS.fullmatch(text.strip()) or _SSH.fullmatch(text.strip())
    return f"https://{match['host']}/{match['path'].removesuffix('.git')}" if match else ""


def is_published(kit: Pinned) -> bool:
    """Say whether this clone has seen the commit in a repository that others can reach."""
    return bool(ask_git("branch", "--remotes", "--contains", kit.revision))
