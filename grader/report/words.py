"""The page's own words; sentences with fields stand where their fields are known."""

from __future__ import annotations

from infra.messages import N_

STATUS = {
    "pass": N_("passed"),
    "fail": N_("failed"),
    "not_graded": N_("not graded"),
    "not_run": N_("not run"),
}

WORDS = {
    "about": N_("Exercises for the Milvus vector database, graded against a real server."),
    "next": N_("Next:"),
    "all_passed": N_("Every exercise has passed."),
    "where": N_("Where you stand"),
    "graded": N_("What was graded"),
    "nothing": N_("Nothing has been graded here yet."),
    "unreadable": N_("What the last run found can't be read any more. Grading it again writes it anew:"),
    "failed": N_("What fails"),
    "waiting": N_("Checks that wait for others to pass, or for code to be written:"),
    "in_your_file": N_("in your file"),
    "your_code_printed": N_("your code printed"),
    "measured": N_("What was measured"),
    "target": N_("target"),
    "figures": N_("The figures"),
    "series": N_("series"),
    "point": N_("point"),
    "not_graded": N_("What isn't graded"),
    "not_graded_is": N_("These points are neither earned nor taken from you."),
    "verify": N_("To have them graded:"),
    "passed": N_("Checks that pass:"),
    "next_hint": N_("The next one:"),
    "hints_again": N_("To read them again:"),
    "made": N_("This page is made from what this clone keeps in .dojo/. It loads nothing and sends nothing."),
    "anew": N_("To write it anew:"),
}
