"""What keeps learner code apart from the machine and from the others of the class."""

from __future__ import annotations

import importlib.util

from grader.errors import KitError
from grader.runner.launch import Launcher, start_launcher
from infra.messages import N_, Message

BUBBLEWRAP = "bubblewrap"
NONE = "none"


def require_isolation(trusted: bool) -> str:
    """Return what learner code will run in, as `ClassInfo` says it.

    Args:
        trusted: whether whoever grades trusts the submissions with this machine.

    Raises:
        KitError: it could run in nothing, and isn't trusted; the remedy says what to install.
    """
    if trusted:
        return NONE
    if importlib.util.find_spec("grader.runner.sandbox") is None:
        raise KitError(
            Message(N_("Learner code can't be kept apart from this machine here.")),
            Message(N_("With --trust-submissions it runs as your own code does: it may read and change your files.")),
        )
    from grader.runner.sandbox import require_sandbox  # type: ignore[import-not-found,unused-ignore]

    require_sandbox()
    return BUBBLEWRAP


def launcher_for(isolation: str) -> Launcher:
    """Return what starts learner code under an isolation."""
    if isolation == NONE:
        return start_launcher()
    from grader.runner.sandbox import SandboxLauncher  # type: ignore[import-not-found,unused-ignore]

    launcher: Launcher = SandboxLauncher()
    return launcher
