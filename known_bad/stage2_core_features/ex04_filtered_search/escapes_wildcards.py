"""Wildcards are escaped, as newer versions allow; Milvus 2.3 looks for the backslash.

rejected by: prefix_is_no_pattern
because: prefix_not_found
on: server
"""


def name_starts_with(prefix):
    for character in "\\%_":
        prefix = prefix.replace(character, "\\" + character)
    return f"name like {quote(prefix + '%')}"
