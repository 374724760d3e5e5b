"""num_partitions is left out, and Milvus makes as many as it likes.

rejected by: spreads_over_as_many_as_told
because: wrong_number_of_partitions
on: server
"""


def create_tenants(client, name, dim, partitions):
    _create(client, name, dim, "tenant", is_partition_key=True)
