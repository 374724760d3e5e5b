"""Milvus in a Docker container: the start order, and the end of containers with their volumes.

The keeper's child is `infra.backends.attendant`, which starts the container, prints its log and ends with it. Killing
the attendant leaves the container, so whoever ends a server calls `remove` as well. Each container carries two
labels: the home of its server, and the id of the state directory, which tells our own from everybody else's.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from infra.backends.daemon import NoDocker, client, has_image, milvus_image
from infra.backends.launch import HOST, Launch, clean_environment, free_ports
from infra.backends.standalone import FAST
from infra.backends.state import state_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOME_LABEL = "milvus-dojo.home"
STATE_LABEL = "milvus-dojo.state"

_ORDER = "container.json"
_REPOSITORY = Path(__file__).parents[2]
_DOCKER_SETTINGS = (
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "DOCKER_API_VERSION",
)


@dataclass(frozen=True)
class Order:
    """What the attendant starts.

    Attributes:
        image: name and tag.
        name: of the container.
        ports: port of this machine, bound to 127.0.0.1, by port of the container.
        environment: settings of Milvus.
        labels: by which the container is found again.
    """

    image: str
    name: str
    ports: dict[str, int]
    environment: dict[str, str]
    labels: dict[str, str]


def container(home: Path, settings: Mapping[str, str], fast: bool) -> Launch:
    """Return how to start the image on free ports of the loopback address.

    Args:
        home: the server's directory; Milvus' data stays in the container.
        settings: extra environment of Milvus.
        fast: whether the settings that make grading fast are set; they were measured on Milvus 2.3.5.
    """
    proxy, metrics = free_ports(2)
    home.mkdir(parents=True)
    plain = {"DEPLOY_MODE": "STANDALONE", "LOG_LEVEL": "warn"}
    order = Order(
        image=milvus_image(),
        name=f"milvus-dojo-{home.name[:12]}",
        ports={"19530/tcp": proxy, "9091/tcp": metrics},
        environment=plain | (FAST if fast else {}) | dict(settings),
        labels={HOME_LABEL: str(home), STATE_LABEL: _state_id()},
    )
    (home / _ORDER).write_text(json.dumps(asdict(order), indent=1), encoding="utf-8")
    docker = {name: os.environ[name] for name in _DOCKER_SETTINGS if name in os.environ}
    return Launch(
        command=[sys.executable, "-m", "infra.backends.attendant", str(home)],
        environment=clean_environment({"PYTHONPATH": str(_REPOSITORY), "DOJO_STATE_DIR": str(state_dir())} | docker),
        uri=f"http://{HOST}:{proxy}",
        metrics_uri=f"http://{HOST}:{metrics}/metrics",
        health_uri=f"http://{HOST}:{metrics}/healthz",
    )


def read_order(home: Path) -> Order:
    """Return what `container` ordered for a home."""
    return Order(**json.loads((home / _ORDER).read_text(encoding="utf-8")))


def remove(home: Path) -> int:
    """End and remove the container of a server with its volumes.

    A Docker that doesn't answer keeps it; it still has its label, and `remove_strays` finds it later.

    Returns:
        How many containers there were.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        return _remove(lambda labels: labels[HOME_LABEL] == str(home))
    except (DockerException, RequestException):
        return 0


def remove_strays() -> int:
    """Remove containers of this state directory whose server's home is gone.

    Returns:
        How many containers there were.

    Raises:
        BackendUnavailable: Docker runs, but can't be asked.
    """
    if not _id_file().is_file():  # no container was ever started from here
        return 0
    try:
        has_image(milvus_image())  # a quick and clear answer where Docker doesn't
    except NoDocker:
        return 0
    own = _state_id()
    return _remove(lambda labels: labels[STATE_LABEL] == own and not Path(labels[HOME_LABEL]).is_dir())


def _remove(is_meant: Callable[[dict[str, str]], bool]) -> int:
    api = client().api
    try:
        labelled = api.containers(all=True, filters={"label": [HOME_LABEL, STATE_LABEL]})
        meant = [each["Id"] for each in labelled if is_meant(each["Labels"])]
        for container_id in meant:
            _remove_one(api, container_id)
        return len(meant)
    finally:
        api.close()


def _remove_one(api: Any, container_id: str) -> None:
    from docker.errors import APIError, NotFound

    try:
        api.remove_container(container_id, force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != 409:  # the keeper, or another grader, is removing it
            raise
        with suppress(NotFound):
            api.wait(container_id, condition="removed")


def _state_id() -> str:
    """Return what no other state directory has, even one with the same path on another machine of one Docker."""
    file = _id_file()
    with suppress(FileExistsError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(uuid4().hex)
    return file.read_text(encoding="utf-8")


def _id_file() -> Path:
    return state_dir() / "containers-id"
