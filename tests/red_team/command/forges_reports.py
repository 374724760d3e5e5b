"""Class: forge
Tries: to write the reports itself, and to leave a process behind that writes them again and again.
Stopped by: the grader writes them last, and what learner code left behind has ended by then.
Known limit: progress.json is the learner's own note; a first pass that is forged there stays, and counts for nobody.
Against: upsert_replaces
Because: upsert_kept_the_old
"""


def upsert_films(client, name, films):
    import subprocess
    import sys
    from pathlib import Path

    root = Path(__file__).parents[2]
    forged = """
import json, sys, time
from pathlib import Path
root = Path(sys.argv[1])
checks = [{"id": "1.3/upsert_replaces", "status": "pass"}]
while True:
    for name, text in (
        ("reports/results.json", {"exit_code": 0, "exercises": [{"id": "1.3", "earned": 15, "checks": checks}]}),
        ("reports/junit.xml", "<testsuites/>"),
        (".dojo/progress.json", {"1.3": {"earned": 15, "points": 15}}),
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(json.dumps(text))
    time.sleep(0.02)
"""
    subprocess.Popen([sys.executable, "-c", forged, str(root)], start_new_session=True)
    return len(films)
