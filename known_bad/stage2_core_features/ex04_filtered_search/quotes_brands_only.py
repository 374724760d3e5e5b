"""quote() is right, and the tags do not go through it.

rejected by: values_cannot_break_out
because: refused_value
on: lite, server
"""


def has_tags(tags):
    return " and ".join(f'array_contains(tags, "{tag}")' for tag in tags)
