"""Class: page
Tries: to have the grader format, colour or run what a value says, where a failure shows the value.
Stopped by: values are fields of a message, never its template, and their control characters are made visible.
Against: gets_and_queries
Because: wrong_values
Says: {0.__class__.__mro__}
"""

honest_get = get_films


def get_films(client, name, ids):
    evil = "{0.__class__.__mro__} %(points)s [bold green]\x1b[32m\u202e\x00"
    return [film | {"title": evil} for film in honest_get(client, name, ids)]
