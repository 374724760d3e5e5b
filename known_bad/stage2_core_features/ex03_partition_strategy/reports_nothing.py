"""The months that were dropped aren't reported, and nobody can write down what is gone.

rejected by: drops_the_oldest
because: wrong_report
on: server
"""

_store = store


def store(client, name, tickets, cap):
    _store(client, name, tickets, cap)
    return []
