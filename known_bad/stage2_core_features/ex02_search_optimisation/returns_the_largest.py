"""Where nothing reaches the target, the largest value is the best there is, and nobody is told.

rejected by: says_when_nothing_reaches
because: silent_when_nothing_reaches
on: lite, server
"""

_climb = tune


def tune(client, name, queries, truth, parameter, most, target):
    try:
        return _climb(client, name, queries, truth, parameter, most, target)
    except ValueError:
        return most
