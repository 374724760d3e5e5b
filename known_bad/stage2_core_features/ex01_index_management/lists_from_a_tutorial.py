"""nlist is 1024, as in many tutorials, whose collections have a million rows; here a list gets three.

rejected by: serves_the_index
because: wrong_parameters
on: server
"""

NLIST = 1024
