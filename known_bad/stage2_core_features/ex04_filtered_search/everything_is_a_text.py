"""Numbers and booleans are quoted like texts.

rejected by: reads_json_paths
because: value_as_text
on: lite, server
"""


def attribute_is(path, value):
    return "details" + "".join(f"[{quote(key)}]" for key in path) + f" == {quote(str(value))}"
