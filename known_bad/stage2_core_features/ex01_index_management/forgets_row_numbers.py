"""The codes of IVF_PQ are counted, and not the eight bytes beside each that say whose code it is.

rejected by: estimates_the_bytes
because: no_row_numbers
on: server
"""

ROW_NUMBER_BYTES = 0
