"""The pattern has a wildcard on both sides; Milvus 2.3 refuses that, newer ones find too much.

rejected by: starts_with_a_prefix
because: prefix_anywhere
on: lite
"""


def name_starts_with(prefix):
    return f"name like {quote('%' + prefix + '%')}"
