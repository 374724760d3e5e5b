"""Makes pymilvus notice sooner that an index is built, a flush is done, or a collection is loaded.

It looks twice in a second, and sleeps before its first look too. Most of a check on a small collection would be that
sleep: creating one with an index takes 0.5 s, of which milvus-lite needs 0.02.
"""

from __future__ import annotations

import time
from types import SimpleNamespace

POLL_S = 0.01
_LONGEST_POLL_S = 0.5


def poll_often() -> None:
    """Let this process' clients look every 10 ms. Waits that are longer by design, as between retries, stay."""
    from pymilvus.client import grpc_handler
    from pymilvus.settings import Config

    Config.WaitTimeDurationWhenLoad = POLL_S
    grpc_handler.time = SimpleNamespace(time=time.time, sleep=_sleep)


def _sleep(seconds: float) -> None:
    time.sleep(POLL_S if seconds <= _LONGEST_POLL_S else seconds)
