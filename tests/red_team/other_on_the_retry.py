"""Class: forge
Tries: to break the server in the first run, where that is noticed, and to answer anything in the second.
Stopped by: the second run is judged as the first one would have been.
Against: counts_films
Because: wrong_count
Says: -1
Alone: it kills servers
"""


def count_films(client, name):
    import os
    from pathlib import Path

    import psutil

    mark = Path(__file__).with_suffix(".once")
    if not mark.exists():
        mark.touch()
        for process in psutil.process_iter(["cmdline"]):
            line = process.info["cmdline"] or []
            if "milvus_lite" in line and client._config.uri.rsplit(":", 1)[1] in line:
                process.kill()
        os._exit(0)
    return -1
