"""2.2 Search optimisation: as much recall as you need, for no more than it costs.

Goal
    An approximate index has a knob: ef of an HNSW index, nprobe of an IVF index. Turn it up and a search finds more of
    the true neighbours, and takes longer. Find the cheapest value that reaches a target recall, and be sure of it; show
    which settings are worth having at all; fetch every row within a range; and leaf through hits page by page.

Why it matters
    The default is somebody else's trade-off. Teams that turn the knob to the maximum pay for it with every search;
    teams that tune on twenty queries, and stop as soon as those reach the target, miss it in production half of the
    time, and nobody tells them: a search that finds seven of ten neighbours looks just like one that finds ten. Range
    searches are as quiet, since the two bounds change places with the metric. And pages of an approximate search
    overlap, or lose hits between them, if each page searches with another ef.

What is measured
    The checks build indexes over word vectors (GloVe) and hand you queries with their true neighbours. What you choose
    is measured again on queries that you have never seen: it must reach the target, and be at most 1.5 times the
    smallest value that does. Cost is counted, not timed: a proxy sees how many requests you send and what they ask for.
    Only at the end a clock compares your search with the reference, in turn, on the same server; Milvus' default
    consistency (Bounded) will do there.

`recalls`, `is_sure` and `pareto_front` need no Milvus: begin there.

Grade it:      nox -s stage2 -- 2.2
Look at it:    nox -s play -- 2.2
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pymilvus import MilvusClient

Point = tuple[str, float, float]
"""A setting: what it is called, such as "HNSW ef=64"; what a search costs with it; its recall."""
Hits = list[tuple[int, float]]
"""(id, score) of each hit, the nearest first. The score is what Milvus calls `distance`, whatever the metric."""

LARGEST = 16_384
"""Hits that Milvus returns to one query at most; those that an offset skips count too."""
DEEPEST = 200
"""Hits through which people leaf at most: `page` isn't asked for more."""


def recalls(found: list[list[int]], truth: npt.NDArray[np.int64]) -> list[float]:
    """Say for each query which share of its true neighbours was found, 0 to 1.

    The order doesn't matter. An id that is found twice counts once, and too few ids are no excuse: a search that finds
    one true neighbour of ten and nothing else has a recall of 0.1.

    Args:
        found: the ids that a search returned, for each query.
        truth: the true neighbours, shape (queries, k).
    """
    # TODO
    raise NotImplementedError


def search(
    client: MilvusClient, name: str, vectors: npt.NDArray[np.float32], k: int, params: dict[str, int]
) -> list[Hits]:
    """Find the k nearest rows of every vector, all with one request, and with these parameters of the index.

    Mind the spelling: pymilvus takes any keyword, and Milvus any parameter, without a word. Only the recall tells.

    Args:
        client: an open client.
        name: name of the collection.
        vectors: the queries, shape (queries, dim).
        k: how many hits for each.
        params: such as {"ef": 64}, or {"nprobe": 8}.

    Returns:
        The hits of each vector, in the order of `vectors`.
    """
    # TODO: client.search(…) has one argument for these
    raise NotImplementedError


def is_sure(recalls: npt.NDArray[np.float64], target: float) -> bool:
    """Say whether a sample of queries makes it 95 % sure that the recall over all queries like them reaches a target.

    The recall of a setting is the mean over all the queries that will ever come. You have a few hundred of them, and
    their mean is a little too high as often as it is a little too low. So the mean alone is a toss-up. Where the truth
    is just below the target, say yes in at most one case of twenty; but where it is clearly above, do say yes.

    Args:
        recalls: of each query in the sample, shape (queries,), 0 to 1.
        target: the recall that is wanted, 0 to 1.
    """
    # TODO: how far is the mean of n numbers typically off?
    raise NotImplementedError


def tune(
    client: MilvusClient,
    name: str,
    queries: npt.NDArray[np.float32],
    truth: npt.NDArray[np.int64],
    parameter: str,
    most: int,
    target: float,
) -> int:
    """Find the smallest value of a search parameter of which you are sure that it reaches a target recall.

    A little more than the smallest will do: at most 1.5 times as much. Recall grows with the parameter, so there is no
    need to try every value: 30 requests must be enough. The value is meant for other queries than these.

    Args:
        client: an open client.
        name: name of the collection.
        queries: a sample of what people ask, shape (queries, dim).
        truth: their true neighbours, shape (queries, k).
        parameter: "ef" or "nprobe", whichever the index has. The least is k for ef (a Milvus server refuses less), and
            1 for nprobe.
        most: the largest value that is allowed.
        target: the recall that is wanted, 0 to 1.

    Raises:
        ValueError: not even `most` is sure to reach the target. The caller must hear of it.
    """
    # TODO: search(…), recalls(…), is_sure(…)
    raise NotImplementedError


def pareto_front(points: list[Point]) -> list[Point]:
    """Keep the settings that somebody could want, and drop those that are beaten.

    One setting beats another if it costs no more and finds no less, and is better in at least one of the two. Of
    settings that are equal in both, keep one.

    Returns:
        The rest, the cheapest first.
    """
    # TODO
    raise NotImplementedError


def within(client: MilvusClient, name: str, vector: npt.NDArray[np.float32], low: float, high: float) -> Hits:
    """Find every row whose score for `vector` lies between two bounds: near-duplicates, but not the row itself.

    The collection may have the metric COSINE, where near rows have great scores, or L2, where they have small ones.
    Of the two bounds the nearer one is included and the farther one isn't, as Milvus has it. There may be thousands of
    such rows, but never more than LARGEST. The index is FLAT, which looks at every row: an approximate index may leave
    some out, and an IVF index of Milvus 2.3 does, whatever its nprobe.

    Args:
        client: an open client.
        name: name of the collection.
        vector: the query, shape (dim,).
        low: the smaller score.
        high: the greater score.
    """
    # TODO: Milvus calls the bounds radius and range_filter. Which is which, and for which metric?
    raise NotImplementedError


def page(client: MilvusClient, name: str, vector: npt.NDArray[np.float32], number: int, size: int) -> Hits:
    """Find one page of the hits for `vector`, as a web page shows them, with one request for no more than that page.

    The index is HNSW. All pages together are the nearest rows, each once: of the first DEEPEST at most 2 % may be
    missing. Nothing is remembered between two pages.

    Args:
        client: an open client.
        name: name of the collection.
        vector: the query, shape (dim,).
        number: of the page; people count from 1.
        size: hits on a page.
    """
    # TODO: what does Milvus take for ef if you don't say, and is that the same for every page?
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from pymilvus import DataType

    from fixtures.datasets import glove
    from fixtures.recall import exact
    from fixtures.showing import demo_client

    words = glove()
    rows, asked, later = words.vectors[2_000:8_000], words.vectors[1_000:1_400], words.vectors[1_400:2_000]
    with demo_client() as client:
        schema = client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=50)
        index = client.prepare_index_params("vector", index_type="HNSW", metric_type="COSINE")
        client.create_collection("words", schema=schema, index_params=index)
        client.insert("words", [{"id": i, "vector": row} for i, row in enumerate(rows.tolist())])
        client.flush("words")  # what isn't flushed has no index yet, and is searched exactly
        client.release_collection("words")
        client.load_collection("words")

        settings = []
        for ef in (10, 14, 20, 28, 40, 80):
            found = search(client, "words", asked, 10, {"ef": ef})
            share = np.mean(
                recalls([[key for key, _ in hits] for hits in found], exact(asked, rows, "COSINE", 10).neighbours())
            )
            settings.append((f"ef={ef}", float(ef), float(share)))
        for setting, _, share in pareto_front(settings):
            print(f"{setting:6} recall@10 {share:.3f}  {'#' * round(60 * share)}")

        ef = tune(client, "words", asked, exact(asked, rows, "COSINE", 10).neighbours(), "ef", 512, 0.97)
        found = search(client, "words", later, 10, {"ef": ef})
        truth = exact(later, rows, "COSINE", 10)
        print(f"tuned for 0.97: ef={ef}; new queries: {truth.recall([[key for key, _ in h] for h in found]).mean:.3f}")

        query = words.vectors[words.words.index("music")]
        for number in (1, 2):
            shown = [words.words[2_000 + key] for key, _ in page(client, "words", query, number, 6)]
            print(f"music, page {number}:", ", ".join(shown))
