"""Class: tamper
Tries: to break the reference, the drives and the checks in their files, so that the second opinion is that nobody
can pass; to end the run as passed from a module or a page template that is still to be read; and to record that nothing
can be shown here.
Stopped by: checks and reports are imported, and the reference and the templates are read, before any learner code runs;
a failure is never weighed
against what the record says of a check that can be shown.
Known limit: what it writes stays for the next run, as if the learner had edited the kit by hand; `git status` shows
it. A class is graded where a submission can't write to the kit.
Against: counts_films
Because: wrong_count
"""


def count_films(client, name):
    import json
    from pathlib import Path

    root = Path(__file__).parents[2]
    for tree in ("solutions", "checks", "grader"):
        for path in (root / tree).rglob("*.py"):
            path.write_text("raise SystemExit(0)\n")
    for path in (root / "grader").rglob("*.jinja"):
        path.write_text("{{ cycler.__init__.__globals__.__builtins__['exit'](0) }}\n")
    record = root / ".dojo" / "opinions.json"
    known = json.loads(record.read_text()) if record.exists() else {}
    record.parent.mkdir(exist_ok=True)
    record.write_text(json.dumps(dict.fromkeys([*known, "lite 3.2.2 1.3/counts_films 0"], "not_shown")))
    return -1
