"""Half as many pieces as numbers; that half doesn't divide an odd dimension.

rejected by: cuts_into_equal_pieces
because: does_not_divide
on: server
"""


def pq_pieces(dim):
    return max(dim // 2, 1)
