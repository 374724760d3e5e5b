"""Milvus for graders: milvus-lite, the full 2.3.5 server without Docker, a container, or a server that runs already.

    backend = choose(requested=None, kept=None)
    server = shared_server(backend)                # found warm in milliseconds, or started
    with private_server(backend) as own: ...       # fresh, gone afterwards

Each server is a child of a small detached process, its keeper, and has a directory of its own below
`state_dir()`; `server.json` in it is all that another process needs to find, use or end it.
"""

from infra.backends.choosing import Availability, availability, choose
from infra.backends.ending import stop_all, sweep
from infra.backends.errors import BackendError, BackendUnavailable, DiskFull, StartFailed, StartTimeout
from infra.backends.servers import Server, is_alive, private_server, shared_server, touch
from infra.backends.state import state_dir

__all__ = [
    "Availability",
    "BackendError",
    "BackendUnavailable",
    "DiskFull",
    "Server",
    "StartFailed",
    "StartTimeout",
    "availability",
    "choose",
    "is_alive",
    "private_server",
    "shared_server",
    "state_dir",
    "stop_all",
    "sweep",
    "touch",
]
