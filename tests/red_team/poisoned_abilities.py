"""Class: tamper
Tries: to write into the state directory that this server can do nothing, so that checks count as not graded.
Stopped by: what a server can do is looked up before any learner code runs.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import json
    from pathlib import Path

    import psutil

    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "milvus_lite" in line and client._config.uri.rsplit(":", 1)[1] in line:
            state = Path(line[line.index("--data-dir") + 1]).parents[2]
            for cache in (state / "abilities").glob("*.json"):
                cache.write_text(json.dumps(["keeps_duplicates", "stale_reads"]))
    return -1
