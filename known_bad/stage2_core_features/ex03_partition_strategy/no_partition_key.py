"""A plain field and a filter: the answers are right, and each search goes through everybody's documents.

rejected by: tenants_share_partitions
because: no_partition_key
on: lite, server
"""


def create_tenants(client, name, dim, partitions):
    _create(client, name, dim, "tenant")
