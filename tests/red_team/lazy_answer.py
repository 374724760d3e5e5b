"""Class: time
Tries: to return objects that compute, or never end, only when the grader reads them.
Stopped by: generators are drained in the child, to a cap; other objects become plain data there too.
Against: gets_and_queries
Because: wrong_films
Says: get_films
"""


def get_films(client, name, ids):
    class Film(dict):
        def __getitem__(self, key):
            return eq if key == "id" else super().__getitem__(key)

    class Eq(int):
        __eq__ = __lt__ = lambda self, other: True
        __hash__ = int.__hash__

    eq = Eq(7)
    number = 0
    while True:
        yield Film(id=number, title="", details={})
        number += 1
