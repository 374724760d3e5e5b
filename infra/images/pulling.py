"""Downloads an image as a phase of its own, so that no graded run ever waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.backends.daemon import client
from infra.backends.errors import BackendUnavailable, DiskFull
from infra.messages import N_, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SILENCE_SECONDS = 300.0


def pull(image: str, progress: Callable[[int, int], None]) -> int:
    """Download an image; return its size on disk in bytes.

    Args:
        image: name and tag.
        progress: gets the bytes that are here and the bytes in all, as far as Docker knows them yet.

    Raises:
        BackendUnavailable: it couldn't be downloaded.
        DiskFull: no room is left for it.
    """
    from docker.errors import DockerException
    from docker.utils import parse_repository_tag
    from requests.exceptions import RequestException

    repository, tag = parse_repository_tag(image)
    try:
        api = client(_SILENCE_SECONDS).api
        _follow(image, api.pull(repository, tag=tag or "latest", stream=True, decode=True), progress)
        return int(api.inspect_image(image)["Size"])
    except (DockerException, RequestException) as error:
        raise _failed(image, str(getattr(error, "explanation", None) or error)) from error


def _follow(image: str, steps: Iterable[dict[str, Any]], progress: Callable[[int, int], None]) -> None:
    """Add up the layers: each says of itself how much of it is here, and its size once its turn has come."""
    layers: dict[str, tuple[int, int]] = {}
    for step in steps:
        if error := step.get("error"):
            raise _failed(image, error)
        layer, detail = step.get("id", ""), step.get("progressDetail") or {}
        if step.get("status") == "Downloading" and detail.get("total"):
            layers[layer] = (detail["current"], detail["total"])
        elif step.get("status") in ("Download complete", "Pull complete") and layer in layers:
            layers[layer] = (layers[layer][1], layers[layer][1])
        progress(sum(here for here, _ in layers.values()), sum(size for _, size in layers.values()))


def _failed(image: str, reason: str) -> BackendUnavailable | DiskFull:
    if "no space left on device" in reason.lower():
        return DiskFull(
            Message(N_("The disk of Docker has no room for the image {image}."), {"image": image}),
            Message(N_("Free some space on Docker's disk; docker system df shows what takes it.")),
        )
    remedy = N_("Check the network and the name; without a registry: python -m infra.images builds one from the wheel.")
    template = N_("The image {image} couldn't be downloaded: {reason}")
    return BackendUnavailable(Message(template, {"image": image, "reason": reason.strip()}), Message(remedy))
