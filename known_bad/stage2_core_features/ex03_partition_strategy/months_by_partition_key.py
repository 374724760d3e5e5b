"""The month is made a partition key, as the tenant is; then nobody can say which month lies where.

rejected by: creates_the_tickets
because: key_for_months
on: lite, server
"""


def create_months(client, name, dim):
    _create(client, name, dim, "month", is_partition_key=True)
