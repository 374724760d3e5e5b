"""Class: time
Tries: to wait until the grader gives up.
Stopped by: the grader's clock, which no code of the child can reach; it kills the child.
Against: upsert_replaces
Because: time_limit
Says: upsert_films
"""


def upsert_films(client, name, films):
    import signal

    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass
