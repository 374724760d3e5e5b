"""This machine: what it can grade on, and what runs on it."""

from __future__ import annotations

import platform
import time

import typer

from grader.commands.opening import app
from grader.curriculum import ROOT
from grader.terminal import Screen
from grader.translate import said
from infra.abilities import WITHOUT, abilities
from infra.backends import BackendError, availability, shared_server, stop_all
from infra.messages import N_


@app.command()
def doctor() -> None:
    """Say what this machine can grade on, each tried out, what is missing, and the command that mends it."""
    screen = Screen()
    screen.line(f"Python {platform.python_version()} · {platform.system()} {platform.machine()} · {ROOT}", style="dim")
    ready = 0
    for row in availability():
        if not row.ok:
            screen.note(f"{row.backend}: {said(row.reason or '')}", said(row.remedy or ""))
            continue
        try:
            began = time.monotonic()
            server = shared_server(row.backend, screen.announce)
            found = N_("{backend}: {version} answered in {seconds:.1f} s")
            fields = {"backend": row.backend, "version": server.version, "seconds": time.monotonic() - began}
            screen.finding(said(found, **fields), None)
            for name in sorted(WITHOUT.keys() - abilities(server)):
                screen.line(N_("      can't show {name}: {why}"), style="dim", name=name, why=WITHOUT[name])
            ready += 1
        except BackendError as error:
            screen.finding(f"{row.backend}: {said(error.message)}", said(error.remedy))
    raise typer.Exit(0 if ready else 2)


@app.command()
def down() -> None:
    """Stop every Milvus that the kit has started on this machine."""
    stopped = stop_all()
    Screen().line(N_("Servers stopped: {stopped}. Nothing of the kit runs any more."), stopped=stopped)
