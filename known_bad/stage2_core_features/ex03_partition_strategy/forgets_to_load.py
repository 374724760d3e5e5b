"""Nothing is loaded: the partition is looked up, which is taken for the same.

rejected by: loads_one_month_again
because: not_loaded_again
on: server
"""


def load_month(client, name, month):
    client.has_partition(name, _partition(month))
