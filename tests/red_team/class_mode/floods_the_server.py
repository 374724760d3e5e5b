"""Class: exhaust
Tries: to fill the server with collections and rows for as long as it may run.
Stopped by: the time of each call ends it, and the server belongs to this worker alone: what lies in the learner's
database is dropped with it. How much memory a server takes until then isn't limited.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import time

    until = time.monotonic() + 3
    number = 0
    while time.monotonic() < until and number < 60:
        number += 1
        try:
            client.create_collection(f"flood_{number}", dimension=768)
            client.insert(f"flood_{number}", [{"id": each, "vector": [0.5] * 768} for each in range(300)])
        except Exception:
            break
    return -1
