"""What the checks of 2.3 ask of tenants: that all of them share a few partitions, and Milvus does the choosing."""

from __future__ import annotations

from collections.abc import Sequence

from checks.stage2_core_features.partition_collections import Desk
from checks.stage2_core_features.partition_rows import K, Rows
from checks.stage2_core_features.partition_searches import Answers, listed
from fixtures.recall import Recall
from grader.check import because
from grader.measured import Table
from infra.messages import N_

MOST_INSERTS = 6
"""Requests for the documents of all tenants, which come in two batches; one request for each is enough."""


def assert_shared(desk: Desk, partitions: int) -> None:
    """Make sure that tenants are spread by a partition key, and nobody has a partition for being a customer."""
    tenants, keyed, there = len(set(desk.rows.owners)), _has_partition_key(desk), desk.partitions()
    assert keyed or len(there) < tenants / 2, because(
        "one_partition_per_tenant",
        "After documents of {tenants} tenants were inserted there are {there} partitions ({names}), where {expected} "
        "are enough. The number grows with every customer, and Milvus has a limit: let it spread the tenants by a "
        "partition key.",
        tenants=tenants,
        there=len(there),
        names=listed(there),
        expected=partitions,
    )
    assert keyed, because(
        "no_partition_key",
        "The field tenant isn't the partition key, so documents of all tenants lie in one heap, and each search goes "
        "through everybody's. add_field(…) takes is_partition_key=True.",
    )


def assert_all_inserted(desk: Desk) -> None:
    """Compare what is there with the rows that were given, and look at the requests."""
    assert desk.stored == len(desk.rows), because(
        "lost_rows",
        "insert_documents() was given {expected} documents, and count(*) finds {actual}.",
        expected=len(desk.rows),
        actual=desk.stored,
    )
    assert desk.inserts, because(
        "went_around",
        "insert_documents() was given {rows} documents, and none of them travelled through the client that it was "
        "given. Insert with that client.",
        rows=len(desk.rows),
    )
    assert desk.inserts <= MOST_INSERTS, because(
        "many_inserts",
        "{rows} documents travelled in {requests} insert requests. Each one costs a round trip and a message in the "
        "server's log. The partition key sorts documents by tenant: hand them all to one insert.",
        rows=len(desk.rows),
        requests=desk.inserts,
    )


def assert_partition_count(desk: Desk, partitions: int) -> None:
    """Compare the number of partitions with what `create_tenants` was told."""
    there = len(desk.milvus.client.list_partitions(desk.collection, timeout=20))
    assert there == partitions, because(
        "wrong_number_of_partitions",
        "create_tenants() was told to spread the tenants over {expected} partitions, and there are {actual}. "
        "create_collection(…) takes num_partitions=…; without it Milvus makes {default}, each with segments of its own "
        "to load.",
        expected=partitions,
        actual=there,
        default=64,
    )


def assert_asks_for_few(answers: Answers) -> None:
    """Make sure that Milvus was asked for no more rows than were returned."""
    assert answers.reads, because(
        "went_around",
        "search_tenant() found documents, and no search travelled through the client that it was given. Search with "
        "that client.",
    )
    asked = sum(read.rows for read in answers.reads) / len(answers.queries)
    assert asked <= K, because(
        "over_fetches",
        "Called {call}. The proxy saw that it asked Milvus for {asked:.0f} rows, to return at most {limit}. The "
        "others were found, sent and thrown away: with a filter Milvus finds {limit} of the tenant's own.",
        call=answers.call,
        asked=asked,
        limit=K,
    )


def compared(rows: Rows, searched: Sequence[tuple[Answers, Recall]]) -> Table:
    """Return for each tenant what the search found, and what a filter after the search would have left."""
    lines = []
    for answers, recall in searched:
        filtered = [rows.among_nearest(query, K, answers.owners) for query in answers.queries]
        after = rows.truth(answers.queries, answers.owners).recall(filtered)
        lines.append((answers.owners[0], int(rows.of(answers.owners).sum()), recall.mean, after.mean))
    return Table(
        N_("What a tenant finds of its 10 nearest documents"),
        (N_("tenant"), N_("documents"), N_("your recall"), N_("recall of a filter after the search")),
        tuple(lines),
    )


def _has_partition_key(desk: Desk) -> bool:
    fields = desk.milvus.client.describe_collection(desk.collection, timeout=20)["fields"]
    return any(field["name"] == "tenant" and field.get("is_partition_key") for field in fields)
