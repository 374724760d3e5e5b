"""What a server can do, found out by trying: versions and names don't tell (`v2.3.5-lite` is the full server).

Each ability is probed once for a backend and version, when it is first asked for, and kept.
"""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from infra.backends import Server, state_dir
from infra.clients import connect
from infra.messages import N_, Message

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from pymilvus import MilvusClient

REVISION = 2
"""Raised when a probe changes, so that older answers are asked again."""


def has(server: Server, ability: str) -> bool:
    """Say whether this backend version has shown an ability; it is probed the first time that anybody asks."""
    place = re.sub(r"[^\w.-]", "_", f"{server.backend}-{server.version}-{REVISION}-{ability}")
    cache = state_dir() / "abilities" / f"{place}.json"
    try:
        return bool(json.loads(cache.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        shown = _probe(server, ability)
    cache.parent.mkdir(parents=True, exist_ok=True)
    scratch = cache.with_suffix(f".{uuid.uuid4().hex}")
    scratch.write_text(json.dumps(shown), encoding="utf-8")
    scratch.replace(cache)
    return shown


def abilities(server: Server) -> frozenset[str]:
    """Return all that this backend version has shown that it can do."""
    return frozenset(ability for ability in _PROBES if has(server, ability))


def _probe(server: Server, ability: str) -> bool:
    client = connect(server.uri, server.token)
    try:
        return _PROBES[ability](client)
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


def _index_types(client: MilvusClient) -> bool:
    """Whether IVF_PQ is really built; milvus-lite takes it, and searches by brute force or refuses it later."""
    import numpy as np
    from pymilvus import MilvusException

    vectors = np.random.default_rng(0).standard_normal((3_000, 16)).astype(np.float32)
    queries, k = vectors[:50], 10
    try:
        with _filled(client, vectors, {"index_type": "IVF_PQ", "params": {"nlist": 16, "m": 4, "nbits": 4}}) as name:
            # All 16 lists are looked at, so a miss comes from vectors that were squeezed into two bytes each.
            found = client.search(name, queries.tolist(), limit=k, search_params={"params": {"nprobe": 16}}, timeout=20)
    except MilvusException:
        return False
    distances = ((queries[:, None] - vectors) ** 2).sum(axis=2)
    nearest = np.argsort(distances, axis=1)[:, :k]
    right = sum(len({hit["id"] for hit in hits} & set(row)) for hits, row in zip(found, nearest.tolist(), strict=True))
    return right < 0.9 * nearest.size


@contextlib.contextmanager
def _filled(client: MilvusClient, vectors: npt.NDArray[np.float32], index: dict[str, Any]) -> Iterator[str]:
    """Give a collection whose vectors (n x dim) are sealed, indexed and loaded."""
    name = f"dojo_probe_{uuid.uuid4().hex[:8]}"
    parameters = client.prepare_index_params()
    parameters.add_index("vector", metric_type="L2", **index)
    client.create_collection(name, dimension=vectors.shape[1], metric_type="L2", timeout=30)
    try:
        client.release_collection(name, timeout=20)
        client.drop_index(name, client.list_indexes(name)[0], timeout=20)
        rows = [{"id": row, "vector": vector} for row, vector in enumerate(vectors.tolist())]
        client.insert(name, rows, timeout=30)
        client.flush(name, timeout=30)
        client.create_index(name, parameters, timeout=60)
        client.load_collection(name, timeout=30)
        yield name
    finally:
        client.drop_collection(name, timeout=20)


def _releases_partitions(client: MilvusClient) -> bool:
    """Whether one partition can leave memory alone; milvus-lite knows whole collections only."""
    import grpc
    from pymilvus import MilvusException

    with _collection(client) as name:
        client.create_partition(name, "one", timeout=20)
        try:
            client.release_partitions(name, ["one"], timeout=20)
        except (MilvusException, grpc.RpcError):
            return False
        states = [client.get_load_state(name, each, timeout=20)["state"].name for each in ("one", "_default")]
        return states == ["NotLoad", "Loaded"]


def _key_partitions(client: MilvusClient) -> bool:
    """Whether a partition key gets as many partitions as it is told; milvus-lite always makes 16."""
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    schema.add_field("key", DataType.INT64, is_partition_key=True)
    name = f"dojo_probe_{uuid.uuid4().hex[:8]}"
    client.create_collection(name, schema=schema, num_partitions=3, timeout=30)
    try:
        return len(client.list_partitions(name, timeout=20)) == 3
    finally:
        client.drop_collection(name, timeout=20)


@contextlib.contextmanager
def _texts(client: MilvusClient) -> Iterator[str]:
    """Give a collection of three texts with BM25 vectors (`words`) and plain ones (`vector`).

    Raises:
        MilvusException: the server has no such thing; one that drops the BM25 function in silence refuses the rows.
    """
    from pymilvus import DataType, Function, FunctionType

    schema = client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=100, enable_analyzer=True)
    schema.add_field("kind", DataType.VARCHAR, max_length=10)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, input_field_names=["text"], output_field_names=["words"]))
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    name = f"dojo_probe_{uuid.uuid4().hex[:8]}"
    try:
        client.create_collection(name, schema=schema, index_params=index, timeout=30)  # may fail at its index
        texts = ["red apple", "green apple", "red rose"]
        vectors, kinds = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]], ["fruit", "fruit", "flower"]
        rows = [
            {"id": n, "text": text, "kind": kind, "vector": vector}
            for n, (text, kind, vector) in enumerate(zip(texts, kinds, vectors, strict=True))
        ]
        client.insert(name, rows, timeout=20)
        yield name
    finally:
        client.drop_collection(name, timeout=20)


def _bm25(client: MilvusClient) -> bool:
    """Whether Milvus makes sparse vectors from texts, and finds by the rarest words."""
    return _shows(client, lambda name: _found(client.search(name, ["a rose"], anns_field="words", limit=3)) == [2])


def _hybrid(client: MilvusClient) -> bool:
    """Whether one request searches two fields, and fuses by rank."""
    from pymilvus import AnnSearchRequest, RRFRanker

    def fuses(name: str) -> bool:
        requests = [
            AnnSearchRequest(["green"], "words", {}, limit=3),
            AnnSearchRequest([[0.8, 0.6]], "vector", {}, limit=3),
        ]
        hits = client.hybrid_search(name, requests, RRFRanker(60), limit=3, timeout=20)[0]
        return bool(hits) and hits[0]["id"] == 1 and abs(hits[0]["distance"] - 2 / 61) < 1e-5

    return _shows(client, fuses)


def _group_by(client: MilvusClient) -> bool:
    """Whether what two searches found is grouped once it is fused.

    A server may group what each of the two found by itself, before it is fused; an old one ignores groups in silence.
    """
    from pymilvus import AnnSearchRequest, RRFRanker

    def groups(name: str) -> bool:
        requests = [
            AnnSearchRequest(["green"], "words", {}, limit=3),
            AnnSearchRequest([[1.0, 0.0]], "vector", {}, limit=3),
        ]
        results = client.hybrid_search(name, requests, RRFRanker(60), limit=3, group_by_field="kind", timeout=20)
        return _found(results) == [1, 2] and abs(results[0][0]["distance"] - 1 / 61 - 1 / 62) < 1e-5

    return _shows(client, groups)


def _shows(client: MilvusClient, what: Callable[[str], bool]) -> bool:
    """Say whether a collection of texts shows something; what the server refuses it doesn't show."""
    import grpc
    from pymilvus import MilvusException

    with contextlib.suppress(MilvusException, grpc.RpcError), _texts(client) as name:
        client.query(name, output_fields=["count(*)"], consistency_level="Strong", timeout=20)
        return what(name)
    return False


def _found(results: Any) -> list[int]:
    return [hit["id"] for hit in results[0]]


def _scalar_indexes(client: MilvusClient) -> bool:
    """Whether a field gets the index that the server prefers; milvus-lite wants a type and always says "Finished"."""
    from pymilvus import DataType, MilvusException

    name = f"dojo_probe_{uuid.uuid4().hex[:8]}"
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    schema.add_field("text", DataType.VARCHAR, max_length=8)
    indexes = client.prepare_index_params()
    indexes.add_index("text")
    client.create_collection(name, schema=schema, timeout=30)
    try:
        client.create_index(name, indexes, sync=False)
        return bool(client.list_indexes(name, "text", timeout=20))
    except MilvusException:
        return False
    finally:
        client.drop_collection(name, timeout=20)


_PROBES: dict[str, Callable[[MilvusClient], bool]] = {
    "keeps_duplicates": _keeps_duplicates,
    "stale_reads": _stale_reads,
    "index_types": _index_types,
    "bm25": _bm25,
    "hybrid": _hybrid,
    "group_by": _group_by,
    "releases_partitions": _releases_partitions,
    "key_partitions": _key_partitions,
    "scalar_indexes": _scalar_indexes,
}

WITHOUT: dict[str, Message] = {
    "keeps_duplicates": Message(N_("it keeps one row a key, whatever is inserted")),
    "stale_reads": Message(N_("its reads are never stale")),
    "index_types": Message(N_("it takes every index type and searches some of them by brute force")),
    "bm25": Message(N_("it makes no vectors from texts")),
    "hybrid": Message(N_("it can't search two fields in one request")),
    "group_by": Message(N_("it doesn't group what is fused")),
    "releases_partitions": Message(N_("it loads and releases whole collections only, no single partition")),
    "key_partitions": Message(N_("it makes the same number of partitions for every partition key")),
    "scalar_indexes": Message(N_("its indexes of texts and numbers say that they are built, whatever there is")),
}
"""For every ability that a check may need: what a server without it is like, so that the check can't be shown there."""
