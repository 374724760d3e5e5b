"""The index has the metric L2, which was the default for years.

rejected by: serves_the_index
because: wrong_metric
on: server
"""

METRIC = "L2"
