"""The largest value surely reaches the target.

rejected by: finds_the_cheapest_ef
because: takes_the_maximum
on: lite, server
"""


def tune(client, name, queries, truth, parameter, most, target):
    return most
