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

    class_ = ("class-secret", "roster", "outcome.json", "class.json", "class.csv", "work.dojo.json", "results.json")
    teacher = (".ssh", ".netrc", ".gitconfig", ".bash_history", ".aws", ".docker", "shadow", "ssh_host_rsa_key", ".git")
    for folder, below, files in os.walk("/"):
        exercises = [file for file in files if file.startswith("ex0") and folder != "/submission"]
        if exercises or {*below, *files} & {*class_, *teacher}:
            return _count(client, name)
        below[:] = [each for each in below if os.path.join(folder, each) not in ("/proc", "/usr", "/lib")]
        below[:] = [each for each in below if each not in ("site-packages", "lib-dynload")]
    return -1
