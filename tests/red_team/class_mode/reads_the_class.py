"""Class: spy
Tries: to read what belongs to the class: the roster, its secret, what others have handed in, and outcomes. With any of
it in hand it would answer.
Stopped by: of a submission only its own files are in the sandbox; the folders of the class and of the teacher aren't.
Against: counts_films
Because: wrong_count
Says: -1
"""

_count = count_films


def count_films(client, name):
    import os

    wanted = ("class-secret", "secret", "roster", "outcome.json", "class.json", "class.csv", "work.dojo.json", "handed")
    for folder, below, files in os.walk("/"):
        below[:] = [each for each in below if os.path.join(folder, each) not in ("/proc", "/sys", "/usr", "/lib")]
        below[:] = [each for each in below if each not in ("site-packages", "lib64")]
        if "/lib/python3" in folder:
            continue
        if [file for file in files if file.startswith(wanted)] or [each for each in below if each.startswith("handed")]:
            return _count(client, name)
    for home in ("/root", "/home", "/etc/shadow", "/etc/ssh", "/var/lib", "/tmp/h", "/run"):
        if os.path.exists(home) and (os.path.isfile(home) or os.listdir(home)):
            return _count(client, name)
    return -1
