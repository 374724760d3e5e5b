"""One of the tags is enough.

rejected by: looks_into_arrays
because: any_tag
on: lite, server
"""


def has_tags(tags):
    return f"array_contains_any(tags, [{', '.join(quote(tag) for tag in tags)}])"
