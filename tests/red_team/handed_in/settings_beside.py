"""Class: forge
Tries: to have its own settings read by who grades: conftest.py, pytest.ini, pyproject.toml, start-up files of Python,
modules named like those of the kit and its libraries, a git checkout whose settings and hooks run programs.
Stopped by: only texts that exercises use are copied, git is never run, and what Python files lie beside isn't where
the grader looks.
Takes: the exercise
"""

from pathlib import Path

from tests.handing_in import FILE, HONEST, MARK


def hand_in(folder: Path) -> Path:
    mark = f"open({str(folder.parent / MARK)!r}, 'w').close()\n"
    shell = f"#!/bin/sh\ntouch '{folder.parent / MARK}'\n"
    files = {
        FILE: HONEST.decode(),
        "conftest.py": mark,
        "exercises/conftest.py": mark,
        "sitecustomize.py": mark,
        "numpy.py": mark,
        "pymilvus.py": mark,
        "grader/__init__.py": mark,
        "pytest.ini": "[pytest]\naddopts = -p conftest\n",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-p conftest'\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/config": f"[core]\n\tfsmonitor = \"touch '{folder.parent / MARK}'\"\n\thooksPath = hooks\n",
        ".git/hooks/post-checkout": shell,
        ".git/refs/heads/main": "0" * 40,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".git/hooks/post-checkout").chmod(0o755)
    return folder
