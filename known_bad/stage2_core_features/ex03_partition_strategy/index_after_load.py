"""An index for the month is added when the collection is loaded already; no partition can be loaded any more.

rejected by: loads_one_month_again
because: index_after_load
on: server
"""

_create_months = create_months


def create_months(client, name, dim):
    _create_months(client, name, dim)
    index = client.prepare_index_params()
    index.add_index("month", index_type="Trie")
    client.create_index(name, index)
