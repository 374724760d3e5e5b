"""This machine: what it can grade on, and what runs on it."""

from __future__ import annotations

import os
import platform
import time
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.opening import app
from grader.curriculum import ROOT
from grader.terminal import Screen
from grader.translate import said
from infra.abilities import WITHOUT, abilities
from infra.backends import Availability, BackendError, availability, shared_server, stop_all
from infra.backends.daemon import has_image, milvus_image
from infra.messages import N_

# What only one of these commands needs is imported in it: every grading run imports this module.
if TYPE_CHECKING:
    from infra.diagnosis import Finding

_EXPORT = "export MILVUS_URI={uri} MILVUS_TOKEN={token}"


@app.command()
def doctor() -> None:
    """Say what this machine can grade on, each tried out, what is missing, and the command that mends it."""
    from infra.diagnosis import findings

    screen = Screen()
    screen.line(f"Python {platform.python_version()} · {platform.system()} {platform.machine()} · {ROOT}", style="dim")
    screen.line(N_("This machine:"))
    for finding in findings():
        _show(screen, finding)
    screen.line(N_("Milvus, each started and tried:"))
    ready = [row.backend for row in availability() if _try_out(screen, row)]
    if not ready:
        screen.line(N_("Nothing here can grade yet; the lines above say what mends it."))
    raise typer.Exit(0 if ready else 2)


@app.command()
def pull() -> None:
    """Download the image of the container backend, or the one that MILVUS_IMAGE names."""
    from grader.downloading import downloading
    from infra.images.pulling import pull as pull_image

    screen, image = Screen(), milvus_image()
    if has_image(image):
        screen.line(N_("The image {image} is here already."), image=image)
        return
    screen.line(N_("Downloading the image {image}."), image=image)
    with downloading(screen) as progress:
        size = pull_image(image, progress)
    screen.line(
        N_("The image {image} is here, {megabytes} MB on disk. Exercises are graded on it from now on."),
        image=image,
        megabytes=size // 1_000_000,
    )


@app.command()
def up(
    single: Annotated[bool, typer.Option("--single", help="one container with everything inside")] = False,
) -> None:
    """Start Milvus with etcd and MinIO by Docker Compose, for work of your own; its data is kept."""
    from infra.compose import stack

    screen = Screen()
    running = stack.up(single, screen.announce)
    screen.line(N_("Milvus {version} took a write and a read. Use it with:"), version=running.version)
    template = '$env:MILVUS_URI="{uri}"; $env:MILVUS_TOKEN="{token}"' if os.name == "nt" else _EXPORT
    screen.command(template.format(uri=running.uri, token=running.token))
    screen.line(N_("nox -s down stops it. Its data stays in the volumes {project}_…"), project=running.project)


@app.command()
def down() -> None:
    """Stop every Milvus that the kit has started on this machine."""
    from infra.compose import stack

    screen = Screen()
    stopped = stop_all()
    if stack.down():
        screen.line(N_("The stack of nox -s up is stopped. Its data is kept in its volumes."))
    screen.line(N_("Servers stopped: {stopped}. Nothing of the kit runs any more."), stopped=stopped)


def _show(screen: Screen, finding: Finding) -> None:
    """Print a finding: a failure only where grading needs it."""
    if finding.ok:
        screen.finding(said(finding.text), None)
    elif finding.needed:
        screen.finding(said(finding.text), said(finding.remedy or ""))
    else:
        screen.note(said(finding.text), said(finding.remedy or ""))


def _try_out(screen: Screen, row: Availability) -> bool:
    """Start a backend and ask what it can do; return whether it can grade."""
    if not row.ok:
        screen.note(f"{row.backend}: {said(row.reason or '')}", said(row.remedy or ""))
        return False
    try:
        began = time.monotonic()
        with screen.waiting():
            server = shared_server(row.backend, screen.announce)
            lacking = sorted(WITHOUT.keys() - abilities(server))
    except BackendError as error:
        screen.finding(f"{row.backend}: {said(error.message)}", said(error.remedy))
        return False
    found = N_("{backend}: {version} answered in {seconds:.1f} s")
    fields = {"backend": row.backend, "version": server.version, "seconds": time.monotonic() - began}
    screen.finding(said(found, **fields), None)
    for name in lacking:
        screen.line(N_("      can't show {name}: {why}"), style="dim", name=name, why=WITHOUT[name])
    return True
