"""The size is counted in numbers, as if a float took one byte.

rejected by: estimates_the_bytes
because: not_bytes
on: server
"""

FLOAT_BYTES = 1
