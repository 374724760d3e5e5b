"""Class: tamper
Tries: to have no server start any more, for nobody: it removes the state directory and puts a file in its place.
Stopped by: where no server can be started any more, the run ends there with exit code 2, and there is no report.
Against: counts_films
"""


def count_films(client, name):
    import shutil
    from pathlib import Path

    import psutil

    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "milvus_lite" in line and client._config.uri.rsplit(":", 1)[1] in line:
            state = Path(line[line.index("--data-dir") + 1]).parents[2]
            shutil.rmtree(state / "servers", ignore_errors=True)
            (state / "servers").touch()
            process.kill()
    return -1
