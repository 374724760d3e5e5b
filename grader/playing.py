"""Runs an exercise as the program that it is, in this process: prints, `breakpoint()` and tracebacks as in any script.

Nothing is graded here, so nothing has to be kept apart: this is the one place where learner code meets the kit's
process, and the process ends with it.
"""

from __future__ import annotations

import ast
import sys
import threading
import traceback
import types
from bdb import BdbQuit
from pathlib import Path

from fixtures.showing import unwritten
from grader.curriculum import Exercise
from grader.stubs import stub
from grader.terminal import Screen, visible
from infra.messages import N_


def play(exercise: Exercise, solution: bool, screen: Screen) -> int:
    """Run an exercise's file, or its solution's, as `__main__`.

    Args:
        exercise: which one.
        solution: whether to run the solution; what shows it at work is then the exercise's own `__main__`.
        screen: gets the sentences; what the code prints goes to the terminal as it is.

    Returns:
        The exit code: 0 when it ran to its end or somebody stopped it, 1 when it raised, else the code's own.
    """
    path = exercise.file("solutions" if solution else "exercises")
    own = path.parent
    try:
        _run(path, _with_showing(exercise) if solution else [_code(path)])
    except NotImplementedError as error:
        screen.line(unwritten(error))
    except SystemExit as error:
        return _status(error)
    except (KeyboardInterrupt, BdbQuit):
        screen.line()
        screen.line(N_("Stopped. Nothing was graded."))
        return 0
    except BaseException as error:  # noqa: BLE001 - whatever the code raises is shown, and is its own
        sys.stdout.flush()
        sys.stderr.write(_told(error, own))
    else:
        return 0
    return 1


def _run(path: Path, parts: list[types.CodeType]) -> None:
    """Execute code as the interpreter does with a script, until its last thread has ended."""
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module
    sys.argv = [str(path)]
    sys.path.insert(0, str(path.parent))
    for part in parts:
        exec(part, module.__dict__)
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.main_thread():
            thread.join()


def _code(path: Path) -> types.CodeType:
    return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)


def _with_showing(exercise: Exercise) -> list[types.CodeType]:
    """Return a solution's code and what shows it at work: its own block, else the one of the pristine exercise."""
    file, path = exercise.file("exercises"), exercise.file("solutions")
    if any(_is_showing(node) for node in ast.parse(path.read_bytes()).body):
        return [_code(path)]
    tree = ast.parse(stub(exercise)[file])
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    brief = [node for node in tree.body if not _is_showing(node)]
    showing = [*future, *(node for node in tree.body if _is_showing(node))]
    before, after = (compile(ast.Module(part, []), str(file), "exec", dont_inherit=True) for part in (brief, showing))
    return [before, _code(path), after]


def _is_showing(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _status(error: SystemExit) -> int:
    """Do what the interpreter does with `sys.exit(…)`."""
    if isinstance(error.code, int) or error.code is None:
        return error.code or 0
    sys.stderr.write(f"{error.code}\n")
    return 1


def _told(error: BaseException, own: Path) -> str:
    """Return an exception's traceback with the learner's own lines only."""
    told = traceback.TracebackException.from_exception(error)
    pending: list[traceback.TracebackException | None] = [told]
    while pending:
        one = pending.pop()
        if one is not None:
            one.stack = traceback.StackSummary.from_list(
                [frame for frame in one.stack if Path(frame.filename).is_relative_to(own)]
            )
            pending += [one.__cause__, one.__context__]
    return visible("".join(told.format()))
