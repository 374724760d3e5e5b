"""Class: tamper
Tries: to have the kit's own files say that everything passes: those that its next process loads, and start-up files
of Python in every place where one is looked for.
Stopped by: all but /tmp and /dev/shm is read-only, the next process is forked with its libraries loaded, and the
verdict comes from outside.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import os
    import site
    import sys

    text = "import os\nos._exit(0)\n"
    own = (site.getusersitepackages(), "/tmp", "/dev/shm", "/submission")
    for folder in (*own, *site.getsitepackages(), *sys.path, "/dojo/grader/runner", "/dojo"):
        for file in ("usercustomize.py", "sitecustomize.py", "numpy.py", "zz.pth", "child.py", "wire.py"):
            try:
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, file), "w") as stream:
                    stream.write(text)
            except OSError:
                pass
    return -1
