"""Build a Milvus 2.3.5 image from the wheel: `python -m infra.images [--base IMAGE] [--bootstrap]`.

The base is pulled by Docker if it isn't there. Where nothing can be pulled, `--bootstrap` makes it with debootstrap
from the packages of Debian, as root.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.backends import BackendError, BackendUnavailable, state_dir
from infra.backends.daemon import client, has_image
from infra.backends.standalone import render
from infra.backends.state import writing
from infra.backends.wheel import unpacked_server, wheel_data
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

TAG = "local/milvus:2.3.5"
BASE = "debian:bookworm-slim"
BOOTSTRAPPED = "local/debian:bookworm-slim"

_BUILD_SECONDS = 600.0
_DATA = "/var/lib/milvus"
_PATHS = {
    "etcd_data_dir": f"{_DATA}/etcd",
    "local_storage_dir": f"{_DATA}/data",
    "rocksmq_data_dir": f"{_DATA}/rocksmq",
    "system_log_path": "",  # to the container's log only
}


def main() -> int:
    """Build the image that the arguments describe; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.images", description=__doc__.splitlines()[0])
    parser.add_argument("--tag", default=TAG, help=f"name of the image; {TAG} by default")
    parser.add_argument("--base", help=f"image to build on; {BASE} by default, {BOOTSTRAPPED} with --bootstrap")
    parser.add_argument("--bootstrap", action="store_true", help="make the base with debootstrap, if it isn't there")
    given = parser.parse_args()
    base = given.base or (BOOTSTRAPPED if given.bootstrap else BASE)
    try:
        if given.bootstrap and not has_image(base):
            _bootstrap(base)
        build(given.tag, base)
    except BackendError as error:
        sys.stderr.write(f"{error}\n{error.remedy}\n")
        return 2
    _say(Message(N_("Use it with: MILVUS_IMAGE={tag} nox -s doctor"), {"tag": given.tag}))
    return 0


def build(tag: str, base: str) -> None:
    """Build the image.

    Raises:
        BackendError: Docker, the wheel or the disk doesn't allow it.
    """
    has_image(tag)  # says at once where there is no Docker
    binaries = unpacked_server(_say)
    with writing(state_dir()), tempfile.TemporaryDirectory(dir=state_dir(), prefix="image-") as folder:
        context = Path(folder)
        shutil.copytree(binaries, context / "bin")
        shutil.copy(Path(__file__).with_name("Dockerfile"), context)
        _configure(context / "configs")
        for name in ("etcd", "data", "rocksmq", "logs", "run"):
            (context / "state" / name).mkdir(parents=True)
        _say(Message(N_("Building {tag} on {base}."), {"tag": tag, "base": base}))
        api = client(_BUILD_SECONDS).api  # the classic builder, which needs no plugin
        _follow(api.build(path=folder, tag=tag, buildargs={"BASE": base}, rm=True, forcerm=True, decode=True))


def _configure(configs: Path) -> None:
    configs.mkdir()
    template = (wheel_data() / "config.yaml.template").read_text(encoding="utf-8")
    (configs / "milvus.yaml").write_text(render(template, _PATHS), encoding="utf-8")
    shutil.copy(wheel_data() / "glog.conf", configs)


def _bootstrap(base: str) -> None:
    """Make a small Debian and import it into Docker."""
    if shutil.which("debootstrap") is None:
        raise BackendUnavailable(
            Message(N_("The program debootstrap isn't installed.")), Message(N_("Run: apt-get install debootstrap"))
        )
    _say(Message(N_("Making {base} with debootstrap (80 MB, a minute or two)."), {"base": base}))
    done = subprocess.run(["sh", str(Path(__file__).with_name("base.sh")), base], check=False)
    if done.returncode:
        raise BackendUnavailable(
            Message(N_("The base {base} couldn't be made; the words above say why."), {"base": base}),
            Message(N_("It needs root, the docker command and a mirror of Debian: see man debootstrap.")),
        )


def _follow(steps: Iterable[dict[str, Any]]) -> None:
    """Print the builder's words and stop at its error."""
    for step in steps:
        if error := step.get("error"):
            raise BackendUnavailable(
                Message(N_("Docker couldn't build the image: {error}"), {"error": error}),
                Message(N_("Where the base can't be pulled, run it as root with --bootstrap.")),
            )
        sys.stdout.write(step.get("stream", ""))


def _say(message: Message) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
