"""Class: forge
Tries: to pass for an int by `__class__`, for a list by its base class, and to have other content at each look.
Stopped by: the child writes it down once, as plain data, and only that text arrives.
Against: counts_films
Because: wrong_count
Says: count_films
"""


def count_films(client, name):
    import itertools

    class Chameleon:
        looks = itertools.count(-100)
        __class__ = property(lambda self: int)

        def __int__(self):
            return next(self.looks)

        __index__ = __int__

    return Chameleon()
