"""Class: tamper
Tries: to take the server down, so that nobody can grade anything any more.
Stopped by: the check is repeated alone on a fresh server; where the reference can finish it, it is a failure. The
checks that follow get a server that runs.
Against: counts_films
Because: broke_the_server
"""


def count_films(client, name):
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "milvus_lite" in line and client._config.uri.rsplit(":", 1)[1] in line:
            process.kill()
    return 7
