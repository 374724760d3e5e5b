"""Class: forge
Tries: to close every descriptor, the channel too, and to leave with status 0.
Stopped by: a closed channel without an answer is the check's failure.
Against: deletes_by_key
Because: crashed
Says: delete_films
"""


def delete_films(client, name, ids):
    import os

    os.closerange(0, 256)
    raise SystemExit(0)
