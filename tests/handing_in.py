"""What the attacks of tests/red_team/handed_in share: where an exercise lies, and an honest one."""

from __future__ import annotations

from grader.curriculum import find

FILE = "exercises/stage1_basics/ex03_basic_operations.py"
SOLUTIONS = find("1.3").file("solutions")
HONEST = b"def count_films(client, name):\n    return 1\n"
MARK = "ran"
