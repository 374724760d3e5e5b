"""The kit's command line: `python -m grader …`, which the nox sessions call."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["grade"]:
        # The learner's process imports for most of a second; let it begin before anything else is imported.
        from grader.runner.launch import warm_up

        warm_up()
    from grader.cli import main

    sys.exit(main())
