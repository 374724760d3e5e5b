"""Every tenant gets a partition by hand, the first time that something of theirs is inserted.

rejected by: tenants_share_partitions
because: one_partition_per_tenant
on: lite, server
"""


def create_tenants(client, name, dim, partitions):
    _create(client, name, dim, "tenant")


def insert_documents(client, name, documents):
    by_tenant = defaultdict(list)
    for document in documents:
        by_tenant[document["tenant"]].append(document)
    for tenant, own in by_tenant.items():
        partition = "tenant_" + tenant.replace("-", "_")
        if not client.has_partition(name, partition):
            client.create_partition(name, partition)
        client.insert(name, own, partition_name=partition)
