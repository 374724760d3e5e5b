"""load_collection() brings the month back, and every other that was released.

rejected by: loads_one_month_again
because: loaded_others
on: server
"""


def load_month(client, name, month):
    client.load_collection(name)
