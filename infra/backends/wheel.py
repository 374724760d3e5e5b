"""The `milvus` wheel: found without importing it, unpacked once for all graders of this machine's user."""

from __future__ import annotations

import importlib.util
import lzma
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from infra.backends.errors import BackendUnavailable
from infra.backends.locks import exclusive
from infra.backends.state import state_dir, writing
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Callable

# What the 24 files of the 2.3.5 wheel for Linux become, measured.
UNPACKED_MB = 257


def wheel_data() -> Path:
    """Return the directory with the compressed programs and the configuration template.

    Raises:
        BackendUnavailable: the wheel isn't installed.
    """
    # Importing the wheel would start its own machinery, and it isn't typed.
    found = importlib.util.find_spec("milvus")
    if found is None or found.origin is None:
        raise BackendUnavailable(
            Message(N_("The package milvus (the Milvus 2.3.5 server) isn't installed.")),
            Message(N_("Run: python -m pip install --group grader")),
        )
    return Path(found.origin).parent / "data"


def unpacked_server(announce: Callable[[Message], None]) -> Path:
    """Return the directory with `milvus` and its libraries, unpacking the wheel when nobody did before.

    Raises:
        BackendUnavailable: the wheel isn't installed, or the state directory can't be written.
        DiskFull: no room is left; nothing half unpacked stays.
    """
    # The directory gets its name when it is complete, so its being there is enough to know.
    directory = state_dir() / f"milvus-{version('milvus')}"
    if directory.is_dir():
        return directory
    waiting = Message(N_("Another process is unpacking the Milvus server; waiting for it."))
    with exclusive("unpack", on_wait=lambda: announce(waiting)):
        if not directory.is_dir():
            announce(_unpacking(directory))
            _unpack(wheel_data() / "bin", directory)
    return directory


def _unpacking(directory: Path) -> Message:
    template = N_("Unpacking the Milvus server once into {directory} ({megabytes} MB, up to 20 seconds).")
    return Message(template, {"directory": str(directory), "megabytes": UNPACKED_MB})


def _unpack(source: Path, directory: Path) -> None:
    partial = directory.with_name(f"{directory.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # left by somebody who was killed
    # The largest file first, beside the others: it alone takes half of the time.
    packed = sorted(source.glob("*.lzma"), key=lambda file: file.stat().st_size, reverse=True)
    try:
        with writing(directory.parent):
            partial.mkdir(parents=True)
            with ThreadPoolExecutor(max_workers=2) as pool:
                for done in [pool.submit(_unpack_file, file, partial / file.stem) for file in packed]:
                    done.result()
            partial.rename(directory)
    except (lzma.LZMAError, EOFError) as error:
        raise BackendUnavailable(
            Message(N_("The installed package milvus (the Milvus 2.3.5 server) is damaged.")),
            Message(N_("Run: python -m pip install --force-reinstall --no-deps milvus==2.3.5")),
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _unpack_file(packed: Path, target: Path) -> None:
    with lzma.open(packed) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    target.chmod(0o755)
