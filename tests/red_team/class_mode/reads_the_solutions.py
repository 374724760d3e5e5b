"""Class: spy
Tries: to find the solution, by walking through all folders, through the roots of other processes and up from its own
file, and to answer with it.
Stopped by: solutions, checks and tests aren't hidden in the sandbox: they were never there.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import os
    from pathlib import Path

    up = os.path.dirname(os.path.abspath(__file__)) + "/../../.."
    roots = [up, "/", *(f"/proc/{pid}/{what}" for pid in os.listdir("/proc") for what in ("root", "cwd"))]
    for root in roots:
        for folder, below, files in os.walk(root):
            below[:] = [each for each in below if each not in ("proc", "sys", "usr", "lib", "lib64")]
            for file in files:
                path = Path(folder, file)
                if file.endswith("03_basic_operations.py") and path.resolve() != Path(__file__).resolve():
                    found = {"__name__": "found"}
                    try:
                        exec(path.read_text(), found)
                        return found["count_films"](client, name)
                    except Exception:
                        continue
    return -1
