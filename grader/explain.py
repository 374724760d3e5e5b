"""Says in one sentence what happened when learner code didn't return a value."""

from __future__ import annotations

from collections.abc import Callable

from grader.check import Reason, because
from grader.runner.errors import LearnerError
from grader.runner.guard import Limits
from grader.runner.submission import LOAD_LIMIT_S
from infra.messages import N_, Message


def explained(error: LearnerError, limits: Limits) -> Reason:
    """Return the reason for a `LearnerError` that a check didn't expect."""
    return _SENTENCES[error.kind](error, limits)


def _place(error: LearnerError) -> Message:
    if error.function:
        return Message(N_("in {function}()"), {"function": error.function})
    if error.situation:
        return Message(N_("while the check used it in {situation}()"), {"situation": error.situation})
    return Message(N_("while your file was imported"))


def _raised(error: LearnerError, _: Limits) -> Reason:
    if not error.function:
        return because(
            "raised",
            "What the check does with your code, in {situation}(), raised {type}: {message}",
            situation=error.situation,
            type=error.type,
            message=error.message,
        )
    return because(
        "raised",
        "{function}() raised {type}: {message}",
        function=error.function,
        type=error.type,
        message=error.message,
    )


def _not_implemented(error: LearnerError, _: Limits) -> Reason:
    if not error.function:
        return because(
            "not_implemented",
            "{file} is not written yet. Replace its line `# TODO(dojo)` with what its comments ask for.",
            file=error.message,
        )
    return because(
        "not_implemented",
        "{function}() is not implemented yet. Replace its `raise NotImplementedError` with your code.",
        function=error.function,
    )


def _not_loaded(error: LearnerError, _: Limits) -> Reason:
    if error.type == "FileNotFoundError" and not error.where:
        return because(
            "no_file",
            "The exercise file {file} isn't there. `git checkout` brings back a file that was deleted or renamed.",
            file=error.message,
        )
    if error.type in ("SyntaxError", "IndentationError", "TabError"):
        return because("syntax_error", "Python can't read the file: {message}", message=error.message)
    return because(
        "import_failed",
        "The file can't be imported, it raised {type}: {message}",
        type=error.type,
        message=error.message,
    )


def _no_function(error: LearnerError, _: Limits) -> Reason:
    return because(
        "no_function",
        "The file has no function {function}(). Was it renamed or deleted? The checks call it by that name.",
        function=error.function,
    )


def _signature(error: LearnerError, _: Limits) -> Reason:
    return because(
        "signature",
        "The checks can't call your {message}. Give the function the parameters that its brief shows.",
        message=error.message,
    )


def _not_plain(error: LearnerError, _: Limits) -> Reason:
    return because(
        "not_plain",
        "{function}() returned something that holds a {message}. Return plain data: numbers, text, lists, dicts.",
        function=error.function,
        message=error.message,
    )


def _too_large(error: LearnerError, _: Limits) -> Reason:
    return because(
        "too_large",
        "{function}() returned more than a result may hold ({message}). Does it return every row by mistake?",
        function=error.function,
        message=error.message,
    )


def _time_limit(error: LearnerError, limits: Limits) -> Reason:
    return because(
        "time_limit",
        "Your code took longer than {seconds:g} s {place} and was stopped. "
        "A loop that never ends, or a wait without a deadline?",
        place=_place(error),
        seconds=limits.call_s if error.function or error.situation else LOAD_LIMIT_S,
    )


def _memory_limit(error: LearnerError, limits: Limits) -> Reason:
    return because(
        "memory_limit",
        "Your code used more than {megabytes} MiB of memory {place} and was stopped.",
        place=_place(error),
        megabytes=limits.memory_mb,
    )


def _cpu_limit(error: LearnerError, limits: Limits) -> Reason:
    return because(
        "cpu_limit",
        "Your code used more than {seconds:g} s of processor time {place}, in all its processes together, "
        "and was stopped. Does it start many that are busy at once?",
        place=_place(error),
        seconds=limits.call_s if error.function or error.situation else LOAD_LIMIT_S,
    )


def _output_limit(error: LearnerError, _: Limits) -> Reason:
    return because(
        "output_limit",
        "Your code printed without end {place} and was stopped. Is there a print in a loop?",
        place=_place(error),
    )


def _crashed(error: LearnerError, _: Limits) -> Reason:
    return because(
        "crashed",
        "Your program ended {place} ({message}). "
        "Something ended the whole process: exit(), a signal, or a crash in native code.",
        place=_place(error),
        message=error.message,
    )


def _forged(error: LearnerError, _: Limits) -> Reason:
    return because(
        "forged",
        "What came back {place} wasn't an answer of this kit ({message}). "
        "Something in your code writes to a descriptor that isn't its own.",
        place=_place(error),
        message=error.message,
    )


_SENTENCES: dict[str, Callable[[LearnerError, Limits], Reason]] = {
    "raised": _raised,
    "not_implemented": _not_implemented,
    "not_loaded": _not_loaded,
    "no_function": _no_function,
    "signature": _signature,
    "not_plain": _not_plain,
    "too_large": _too_large,
    "time_limit": _time_limit,
    "memory_limit": _memory_limit,
    "cpu_limit": _cpu_limit,
    "output_limit": _output_limit,
    "crashed": _crashed,
    "forged": _forged,
}
