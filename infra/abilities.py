"""What a server can do, found out by trying: versions and names don't tell (`v2.3.5-lite` is the full server).

Each ability is probed once for a backend and version, and kept.
"""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from infra.backends import Server, state_dir
from infra.messages import N_, Message

if TYPE_CHECKING:
    from pymilvus import MilvusClient

REVISION = 1
"""Raised when a probe changes, so that older answers are asked again."""


def abilities(server: Server) -> frozenset[str]:
    """Return what this backend version has shown that it can do; the first call for a version probes it."""
    place = re.sub(r"[^\w.-]", "_", f"{server.backend}-{server.version}-{REVISION}")
    cache = state_dir() / "abilities" / f"{place}.json"
    try:
        return frozenset(json.loads(cache.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        found = _probe(server)
    cache.parent.mkdir(parents=True, exist_ok=True)
    scratch = cache.with_suffix(f".{uuid.uuid4().hex}")
    scratch.write_text(json.dumps(sorted(found)), encoding="utf-8")
    scratch.replace(cache)
    return found


def _probe(server: Server) -> frozenset[str]:
    from pymilvus import MilvusClient

    client = MilvusClient(uri=server.uri, token=server.token, timeout=20)
    try:
        return frozenset(name for name, probe in _PROBES.items() if probe(client))
    finally:
        client.close()


@contextlib.contextmanager
def _collection(client: MilvusClient) -> Iterator[str]:
    name = f"dojo_probe_{uuid.uuid4().hex[:8]}"
    client.create_collection(name, dimension=2, timeout=30)
    try:
        yield name
    finally:
        client.drop_collection(name, timeout=20)


def _keeps_duplicates(client: MilvusClient) -> bool:
    """Whether two inserts of one key leave two rows, as a real Milvus does; lite keeps the last."""
    with _collection(client) as name:
        for _ in range(2):
            client.insert(name, [{"id": 1, "vector": [1.0, 0.0]}], timeout=20)
        rows = client.query(name, output_fields=["count(*)"], consistency_level="Strong", timeout=20)
        return int(rows[0]["count(*)"]) == 2


def _stale_reads(client: MilvusClient) -> bool:
    """Whether a reader that doesn't ask for Strong consistency can miss what was written a moment ago."""
    with _collection(client) as name:
        for key in range(10):
            client.insert(name, [{"id": key, "vector": [1.0, 0.0]}], timeout=20)
            if not client.query(name, filter=f"id == {key}", consistency_level="Eventually", timeout=20):
                return True
    return False


_PROBES: dict[str, Callable[[MilvusClient], bool]] = {
    "keeps_duplicates": _keeps_duplicates,
    "stale_reads": _stale_reads,
}

WITHOUT: dict[str, Message] = {
    "keeps_duplicates": Message(N_("it keeps one row a key, whatever is inserted")),
    "stale_reads": Message(N_("its reads are never stale")),
}
"""For every ability that a check may need: what a server without it is like, so that the check can't be shown there."""
