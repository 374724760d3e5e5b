"""Class: spy
Tries: to have the server, which runs as the teacher, read files for it: bulk insert takes paths.
Stopped by: lite has no bulk insert, and 2.3.5 is started so that every file is too large for it. (Whether there is such
a file it still says.)
Against: counts_films
Because: wrong_count
Says: -1
"""

_count = count_films


def count_films(client, name):
    from pymilvus import connections, utility

    with open("/proc/net/tcp") as stream:
        rows = [line.split() for line in stream][1:]
    for port in {int(row[1].partition(":")[2], 16) for row in rows if row[3] == "0A"}:
        try:
            connections.connect("bulk", uri=f"http://127.0.0.1:{port}", timeout=2)
            task = utility.do_bulk_insert(name, ["/etc/hostname", "/etc/passwd"], using="bulk", timeout=2)
            return _count(client, name) if task else -1
        except Exception:
            continue
    return -1
