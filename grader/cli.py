"""The kit's command line: gathers the commands, and says in one sentence what stopped one."""

from __future__ import annotations

import sys

import typer

from grader.commands import authors, classroom, giving, grading, learner, machine, playing, watching  # noqa: F401 - each adds its commands
from grader.commands.opening import app
from grader.errors import KitError
from grader.terminal import Screen
from infra.backends import BackendError
from infra.messages import N_, Message

INTERRUPTED = 130
"""What typer leaves with after Ctrl-C, in silence."""


def main() -> int:
    """Run the command that the arguments name and return its exit code."""
    screen = Screen()
    try:
        _refuse_optimized_python()
        app()
    except (KitError, BackendError) as error:
        screen.error(error)
    except (KeyboardInterrupt, typer.Abort, SystemExit) as stopped:
        if isinstance(stopped, SystemExit) and stopped.code != INTERRUPTED:
            raise
        screen.line()
        screen.line(N_("Stopped. Nothing was changed."))
    return 2


def _refuse_optimized_python() -> None:
    """Stop where assertions are removed: every check would pass."""
    if sys.flags.optimize:
        raise KitError(
            Message(N_("Python runs with -O, which removes every check's assertions.")),
            Message(N_("Run it again without -O and with PYTHONOPTIMIZE unset.")),
        )
