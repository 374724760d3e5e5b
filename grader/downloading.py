"""How a download is shown: a bar on a terminal, a line for each tenth where output is piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from grader.terminal import Screen
from infra.messages import N_

MEGABYTE = 1_000_000


@contextmanager
def downloading(screen: Screen) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told the bytes that are here, and the bytes in all as far as they are known."""
    console = Console()
    if not console.is_terminal:
        yield _Tenths(screen).show
        return
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda here, size: bar.update(task, completed=here, total=size or None)


class _Tenths:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._shown = 0

    def show(self, here: int, size: int) -> None:
        # The size grows as layers say theirs: a tenth is said once, and never taken back.
        tenth = here * 10 // size if size else 0
        if tenth > self._shown:
            self._shown = tenth
            fields = {"here": here // MEGABYTE, "size": size // MEGABYTE}
            self._screen.line(N_("  {here} of {size} MB"), style="dim", **fields)
