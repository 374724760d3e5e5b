"""A piece for each number divides every dimension, and is no piece any more.

rejected by: cuts_into_equal_pieces
because: too_small_pieces
on: server
"""


def pq_pieces(dim):
    return dim
