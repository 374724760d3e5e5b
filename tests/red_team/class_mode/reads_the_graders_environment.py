"""Class: spy
Tries: to read the seed and the tokens of the grader from environments, command lines and descriptors in /proc.
Stopped by: the sandbox has processes of its own, whose environment was written anew, and no other process is seen.
Against: counts_films
Because: wrong_count
Says: -1
"""

_count = count_films


def count_films(client, name):
    import os

    told = repr(dict(os.environ)).encode()
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        for what in ("environ", "cmdline"):
            try:
                with open(f"/proc/{pid}/{what}", "rb") as stream:
                    told += stream.read()
            except OSError:
                pass
    secrets = (b"DOJO_SEED", b"DOJO_STATE_DIR", b"TOKEN", b"GITHUB_", b"autograde", b"--seed")
    return _count(client, name) if any(secret in told for secret in secrets) else -1
