"""Class: spy
Tries: to find the expected answer in its own memory: modules, objects, frames and what the fork has left.
Stopped by: the zygote never held a check, its data or its seed; a fork has nothing to find.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import gc
    import inspect
    import os
    import sys

    for module in list(sys.modules):
        if module.startswith(("checks", "fixtures", "grader.plugin", "grader.session", "grader.verdict", "_pytest")):
            return 1_000_001
    for each in gc.get_objects():
        if type(each).__name__ in ("Catalogue", "Grading", "Plan", "Generator") or (
            isinstance(each, dict) and "seed" in each and "submission" in each
        ):
            return 1_000_002
    frame = inspect.currentframe()
    while frame is not None:
        if {"expected", "truth", "stored", "rng", "catalogue"} & set(frame.f_locals):
            return 1_000_003
        frame = frame.f_back
    return 1_000_004 if "DOJO_SEED" in os.environ else -1
