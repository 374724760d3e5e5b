"""2.1 Index management: five indexes on the same words, and what each of them costs.

Goal
    Build FLAT, IVF_FLAT, IVF_SQ8, IVF_PQ and HNSW over the same vectors, search them, and write the comparison that a
    team decides by: how much each one finds, how long it takes to build, how much memory it needs.

Why it matters
    An index answers faster by looking at less, so it misses something, and it tells nobody what. The index type decides
    whether a million vectors of 768 numbers need 3.1 GB or 0.2, and whether a search finds 99 of 100 neighbours or 70.
    The costly mistakes are silent. Rows that were never flushed aren't indexed at all: they are searched one by one,
    recall is a perfect 1.0, and it takes three months until the search is slow. A misspelt search parameter is ignored.
    So is the wrong one for the index type. A benchmark then compares five times the same thing, and looks tidy.

What is measured
    The checks ask the server what it holds and serves: which rows are sealed, which index covers them, with which
    parameters. Your searches are held against exact search in numpy, and recall must fall when you allow less effort:
    an index that can't be made to miss isn't in use. The seconds that you report are held against the grader's clock,
    the bytes against what each index type stores. The latency of `search` is compared with the reference's.
    milvus-lite takes all five types and builds only some of them, so this exercise needs a full Milvus.

What each index type keeps
    FLAT        every vector, 4 bytes for each number. A search compares the query with all of them: always right.
    IVF_FLAT    sorts the vectors into NLIST lists around as many centroids, and a search looks into the `nprobe` lists
                whose centroids are nearest. Kept: the vectors, for each row its number (8 bytes), the centroids, which
                are vectors too.
    IVF_SQ8     the same, with each number of a row squeezed into one byte. The centroids stay as they are.
    IVF_PQ      the same, with each row cut into `m` equal pieces, and of each piece only which of 2 ** PQ_BITS typical
                pieces is nearest: PQ_BITS bits. `m` must divide the dimension. The typical pieces are kept once, for
                each place their own; together they are as large as 2 ** PQ_BITS vectors.
    HNSW        a graph: the vectors, for each row its number (8 bytes) and 2 * HNSW_M links of 4 bytes to rows nearby
                (layers above the lowest add a few per cent: leave them out). A search walks along the links and keeps
                the best `ef` rows that it has seen.

Grade it:      nox -s stage2 -- 2.1
Look at it:    nox -s play -- 2.1
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient  # noqa: F401 - DataType names the field types

INDEX_TYPES = ("FLAT", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "HNSW")
METRIC = "COSINE"
NLIST = 64
"""How many lists an IVF index has: its parameter `nlist`."""
PQ_BITS = 4
"""How many bits IVF_PQ keeps of each piece of a vector: its parameter `nbits`. With 8, Milvus' default, there are 256
typical pieces for each place, which want 10,000 rows to be learnt from, and take ten times as long."""
HNSW_M = 8
"""How many neighbours a row is linked to in HNSW, on the lowest layer twice as many: its parameter `M`."""
HNSW_EF_CONSTRUCTION = 100
"""How many candidates HNSW weighs for these links while it builds: its parameter `efConstruction`."""


def pq_pieces(dim: int) -> int:
    """Choose `m` of IVF_PQ: the largest number of equal pieces that have at least two numbers each.

    384 numbers make 192 pieces of 2; 45 make 15 of 3, since 2 doesn't divide 45; 53 can only stay whole: 1.
    """
    # TODO
    raise NotImplementedError


def index_bytes(index_type: str, rows: int, dim: int) -> int:
    """Estimate the memory that an index takes, from the table above, within 20 %.

    Args:
        index_type: one of INDEX_TYPES, built with the parameters above.
        rows: how many vectors.
        dim: how many numbers each of them has.

    Returns:
        Bytes.
    """
    # TODO: begin with FLAT; each of the others keeps something else of a row, and something that doesn't grow with rows
    raise NotImplementedError


def recall(found: list[list[int]], truth: list[list[int]]) -> float:
    """Return which share of the true neighbours was found, as a mean over the queries: 0 to 1.

    The order within a query doesn't matter, and a row that is found twice is found once. A search may have found fewer
    rows than there are true neighbours: those that are missing were not found.

    Args:
        found: ids for each query.
        truth: the true neighbours of each query, in the same order of queries, as many for each.
    """
    # TODO
    raise NotImplementedError


def fill(client: MilvusClient, name: str, vectors: npt.NDArray[np.float32]) -> None:
    """Create a collection that holds the vectors, and leave every row sealed: an index covers sealed segments only.

    Fields: `id` (INT64, the primary key: the row's number in `vectors`), `embedding` (FLOAT_VECTOR).

    Args:
        client: an open client.
        name: name of the new collection.
        vectors: shape (rows, dim).
    """
    # TODO: what moves rows out of the growing segment?
    raise NotImplementedError


def build_index(client: MilvusClient, name: str, index_type: str, dim: int) -> float:
    """Build an index on `embedding` of a filled collection and load it; return when every search uses it.

    It compares by METRIC and is built with the parameters above, IVF_PQ with `pq_pieces(dim)`.

    Args:
        client: an open client.
        name: a collection that `fill` has made.
        index_type: one of INDEX_TYPES.
        dim: length of the vectors.

    Returns:
        Seconds from the request for the index to the moment when searches use it.
    """
    # TODO: client.prepare_index_params(), client.create_index(…), client.load_collection(…)
    raise NotImplementedError


def search(
    client: MilvusClient, name: str, index_type: str, queries: npt.NDArray[np.float32], k: int, effort: int
) -> list[list[int]]:
    """Find the k nearest rows of each query.

    Bounded consistency, the default, is enough: the rows have been there for long.

    Args:
        client: an open client.
        name: a collection with an index that is loaded.
        index_type: the type of that index.
        queries: shape (queries, dim); they travel in one request.
        k: how many rows.
        effort: how hard to look: `nprobe` of the IVF types, `ef` of HNSW. FLAT always looks at everything.

    Returns:
        For each query the ids found, the nearest first.
    """
    # TODO: client.search() takes any keyword and ignores those that it doesn't know. Did yours arrive?
    raise NotImplementedError


def compare(
    client: MilvusClient,
    name: str,
    vectors: npt.NDArray[np.float32],
    queries: npt.NDArray[np.float32],
    k: int,
    nprobe: int,
    ef: int,
) -> list[dict[str, Any]]:
    """Build all five indexes over the same vectors, each in a collection of its own, and report on each.

    The collections are called `name`, underscore, index type, such as `words_HNSW`. They stay loaded.

    Args:
        client: an open client.
        name: how the names of the collections begin.
        vectors: shape (rows, dim).
        queries: shape (queries, dim).
        k: how many neighbours a search asks for.
        nprobe: the effort with which the IVF types are searched.
        ef: the effort with which HNSW is searched.

    Returns:
        A dict for each of INDEX_TYPES with `index_type`; `recall` of the k nearest by METRIC among all vectors;
        `build_s`, the seconds of `build_index`; `bytes`, as `index_bytes` estimates them.
    """
    # TODO: whose neighbours are the truth?
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.datasets import glove
    from fixtures.recall import exact
    from fixtures.showing import demo_client

    words, vectors, queries = glove().words, glove().vectors[:4_000], glove().vectors[4_000:4_100]
    truth = exact(queries, vectors, METRIC, k=5).neighbours().tolist()
    with demo_client() as client:  # milvus-lite, which really builds IVF_FLAT and HNSW
        for each in INDEX_TYPES:
            print(f"{each:8} {index_bytes(each, 1_000_000, 768) / 1e9:5.2f} GB for a million vectors of 768 numbers")
        for each, efforts in (("IVF_FLAT", (1, NLIST)), ("HNSW", (5, 100))):
            fill(client, each, vectors)
            print(f"{each} was built in {build_index(client, each, each, vectors.shape[1]):.1f} s")
            for effort in efforts:
                found = search(client, each, each, queries, 5, effort)
                near = ", ".join(words[row] for row in found[0])
                print(f"  effort {effort:3}: recall {recall(found, truth):.2f}; near {words[4_000]}: {near}")
