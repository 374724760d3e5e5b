"""Class: forge
Tries: to have the check itself break on values that can't be ordered or hashed: then nobody could grade it.
Stopped by: what is to be compared has to have its type first. (What breaks a check all the same is a failure where
the reference passes.)
Against: gets_and_queries
Because: wrong_id
Says: ids are whole numbers
Alone: another one redefines get_films too
"""


def get_films(client, name, ids):
    return [{"id": key, "title": [], "details": {}} for key in (None, "a", [], {}, 2.5, float("nan"))]
