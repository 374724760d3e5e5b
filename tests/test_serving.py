"""From arrays to an index that answers, on real servers: the control hurts, and what isn't served is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pytest
from pymilvus import DataType, MilvusException
from pymilvus.milvus_client.index import IndexParams

from fixtures.milvus import Milvus, workspace
from fixtures.recall import exact
from fixtures.serving import load_anew, serve, settle, unserved
from infra.backends import availability, shared_server

BACKENDS = [row.backend for row in availability() if row.ok and row.backend in ("lite", "server")]
ROWS, DIM = 4_000, 16


@pytest.fixture(scope="module", params=BACKENDS)
def milvus(request: pytest.FixtureRequest, state_dir: Path) -> Iterator[Milvus]:
    assert state_dir.is_dir()
    with workspace(shared_server(request.param)) as opened:
        yield opened


def schema_of(milvus: Milvus) -> Any:
    schema = milvus.client.create_schema()
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=DIM)
    return schema


def index_of(milvus: Milvus, kind: str = "IVF_FLAT") -> IndexParams:
    index = milvus.client.prepare_index_params()
    build = {"nlist": 64, "M": 8, "efConstruction": 64}
    index.add_index("embedding", index_type=kind, metric_type="COSINE", params=build)
    return index


def rows_of(vectors: np.ndarray) -> list[dict[str, Any]]:
    return [{"id": key, "embedding": vector} for key, vector in enumerate(vectors.tolist())]


def test_what_is_served_uses_its_index(milvus: Milvus) -> None:
    rng = np.random.default_rng(3)
    vectors, queries = rng.standard_normal((ROWS, DIM)), rng.standard_normal((40, DIM))
    name = milvus.new_name("served")
    serve(milvus, name, schema_of(milvus), index_of(milvus), rows_of(vectors))
    assert milvus.count(name) == ROWS
    assert unserved(milvus, name, ROWS) is None
    truth = exact(queries, vectors, "COSINE", 10)

    def recall(nprobe: int) -> Any:
        found = milvus.client.search(
            name, queries.tolist(), limit=10, anns_field="embedding", search_params={"params": {"nprobe": nprobe}}
        )
        return truth.recall([[hit["id"] for hit in hits] for hits in found])

    assert recall(1).clearly_below(recall(64))
    assert recall(64).mean == 1.0


def test_what_has_settled_is_searched_by_its_index(milvus: Milvus) -> None:
    if milvus.server.backend == "lite":
        pytest.skip("lite doesn't show its segments")
    for _ in range(3):  # the index is built up to a second after the flush: without waiting for it this fails
        name = milvus.new_name("settled")
        milvus.client.create_collection(name, schema=schema_of(milvus), index_params=index_of(milvus, "HNSW"))
        milvus.client.insert(name, rows_of(np.random.default_rng(5).standard_normal((ROWS, DIM))))
        settle(milvus, name)
        assert unserved(milvus, name, ROWS) is None


@pytest.mark.parametrize("milvus", ["lite"], indirect=True)  # which builds an index in the background and in place
def test_an_index_that_lite_is_still_writing_is_waited_for(milvus: Milvus, state_dir: Path) -> None:
    name = milvus.new_name("written")
    vectors = np.random.default_rng(6).standard_normal((500, DIM))
    serve(milvus, name, schema_of(milvus), index_of(milvus, "HNSW"), rows_of(vectors))
    [file] = state_dir.glob(f"**/{name}/**/*.idx")
    whole = file.read_bytes()
    file.write_bytes(whole[:1_000])
    milvus.client.release_collection(name)
    with pytest.raises(MilvusException, match="faiss"):  # what load_anew has to live with
        milvus.client.load_collection(name)
    rest = Timer(0.3, file.write_bytes, [whole])
    rest.start()
    load_anew(milvus, name)
    rest.join()
    found = milvus.client.search(name, vectors[:1].tolist(), limit=1, search_params={"params": {"ef": 64}})
    assert found[0][0]["id"] == 0


def test_what_is_not_served_is_said(milvus: Milvus) -> None:
    if milvus.server.backend == "lite":
        assert unserved(milvus, "nothing", 1) is None, "lite doesn't show its segments: nothing speaks against it"
        return
    client, name = milvus.client, milvus.new_name("growing")
    client.create_collection(name, schema=schema_of(milvus), index_params=index_of(milvus))
    client.insert(name, rows_of(np.random.default_rng(4).standard_normal((500, DIM))))
    milvus.count(name)
    assert "500 of 500 rows are in a growing segment" in str(unserved(milvus, name, 500))
    client.release_collection(name)
    assert "isn't loaded" in str(unserved(milvus, name, 500))


def test_flat_is_served_without_an_index(milvus: Milvus) -> None:
    name = milvus.new_name("flat")
    vectors = np.random.default_rng(5).standard_normal((1_500, DIM))
    serve(milvus, name, schema_of(milvus), index_of(milvus, "FLAT"), rows_of(vectors))
    assert unserved(milvus, name, 1_500) is None
