"""What keeps learner code apart from the machine and from the others of the class."""

from __future__ import annotations

from grader.runner.launch import Launcher, start_launcher
from grader.runner.sandbox import SandboxLauncher, require_sandbox

BUBBLEWRAP = "bubblewrap"
NONE = "none"


def require_isolation(trusted: bool) -> str:
    """Return what learner code will run in, as `ClassInfo` says it.

    Args:
        trusted: whether whoever grades trusts the submissions with this machine.

    Raises:
        SandboxUnavailable: it could run in nothing, and isn't trusted; the remedy says what to install.
    """
    if trusted:
        return NONE
    require_sandbox()
    return BUBBLEWRAP


def launcher_for(isolation: str) -> Launcher:
    """Return what starts learner code under an isolation."""
    return start_launcher() if isolation == NONE else SandboxLauncher()
