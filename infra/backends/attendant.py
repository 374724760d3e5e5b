"""The attendant: stands where Milvus' own process would, for a Milvus that runs in a container.

Run by the keeper as `python -m infra.backends.attendant HOME`. It starts the container, prints its log, and ends with
its exit code. Should the keeper be killed, it removes the container and ends too.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

# testcontainers would start a container of its own that cleans up after this process; its image needn't be here,
# and a shared server outlives the process that asked for it. Read at its import.
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"

from docker.errors import APIError, DockerException
from docker.types import LogConfig
from requests.exceptions import RequestException
from testcontainers.community.milvus import MilvusContainer
from testcontainers.core.wait_strategies import WaitStrategy, WaitStrategyTarget

from infra.backends import records
from infra.backends.container import Order, read_order, remove, remove_strays
from infra.backends.daemon import trouble_with
from infra.backends.errors import BackendUnavailable
from infra.backends.launch import HOST

POLL_SECONDS = 0.5
NOT_STARTED = 125
"""The exit code of `docker run` too, when the container couldn't be started."""


class Started(WaitStrategy):
    """Wait for nothing: whether Milvus is ready, the grader finds out by a write and a read."""

    def wait_until_ready(self, container: WaitStrategyTarget) -> None:
        """Return at once."""


def main(home: Path) -> int:
    """Run the container that `home` describes; return its exit code once it has ended."""
    threading.Thread(target=_watch_keeper, args=[home], daemon=True).start()
    try:
        remove_strays()
        return _run(read_order(home))
    except BackendUnavailable as error:
        problem = str(error)
    except APIError as error:
        problem = f"Docker: {error.explanation or error}"
    except (DockerException, RequestException) as error:
        problem = f"Docker: {error}"
    print(problem, flush=True)  # noqa: T201 - standard output is the server's log
    return NOT_STARTED


def _run(order: Order) -> int:
    if trouble := trouble_with(order.image):  # asked again: testcontainers would pull an image that isn't there
        raise trouble
    milvus = MilvusContainer(order.image, docker_client_kw={"timeout": 60})
    # with_bind_ports() binds every interface; the SDK beneath takes an address too.
    milvus.ports = {port: (HOST, own) for port, own in order.ports.items()}  # type: ignore[misc]
    milvus.with_name(order.name).with_envs(**order.environment).waiting_for(Started())
    milvus.with_kwargs(
        labels=order.labels,
        security_opt=["seccomp:unconfined"],  # as Milvus' own scripts and compose files do
        log_config=LogConfig(type=LogConfig.types.JSON, config={"max-size": "20m"}),
    )
    milvus.start()
    running = milvus.get_wrapped_container()
    for line in running.logs(stream=True, follow=True):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    return int(running.wait()["StatusCode"])


def _watch_keeper(home: Path) -> None:
    record = records.read(home)
    while record and record.keeper and record.keeper.is_alive():
        time.sleep(POLL_SECONDS)
    remove(home)
    os._exit(NOT_STARTED)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
