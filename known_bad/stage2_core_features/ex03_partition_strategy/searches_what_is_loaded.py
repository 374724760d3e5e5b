"""Of several months those that are loaded are searched; only when none is left does it raise.

rejected by: half_an_answer_is_none
because: answers_from_the_rest
on: server
"""

_search = search_months


def search_months(client, name, vector, months, limit):
    wanted = _months(client, name) if months is None else months
    if not wanted:
        return []
    if set(wanted) - set(_months(client, name)):
        raise LookupError(wanted)
    loaded = [m for m in wanted if client.get_load_state(name, _partition(m))["state"].name == "Loaded"]
    if not loaded:
        raise LookupError("nothing is loaded")
    return _search(client, name, vector, loaded, limit)
