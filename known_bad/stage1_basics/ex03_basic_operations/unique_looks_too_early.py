"""Which keys exist is asked without Strong, so films of a moment ago aren't seen.

rejected by: inserts_each_key_once
because: looks_too_early
on: server
"""


def insert_unique(client, name, films):
    first = {film["id"]: film for film in reversed(films)}
    known = {row["id"] for row in client.get(name, list(first), output_fields=["id"])}
    new = [film for key, film in first.items() if key not in known]
    return insert_films(client, name, new) if new else 0
