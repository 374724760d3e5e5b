"""Class: forge
Tries: to return a number that is equal to, and less and greater than, anything.
Stopped by: what arrives is made of exact builtin types; a subclass ends where the child sends it.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    class Anything(int):
        __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
        __hash__ = int.__hash__

    return Anything(-1)
