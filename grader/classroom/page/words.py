"""The page's own words; sentences with fields stand where their fields are known."""

from __future__ import annotations

from grader.classroom.outcome import Status
from infra.messages import N_

STATUS_WORDS: dict[Status, str] = {
    "graded": N_("graded"),
    "nothing": N_("handed in nothing"),
    "refused": N_("refused"),
    "not_graded": N_("not graded"),
}

WORDS = {
    "totals": N_("Totals"),
    "exercises": N_("Exercises"),
    "exercise": N_("exercise"),
    "points": N_("points"),
    "with_all": N_("all points"),
    "average": N_("average in %"),
    "learners": N_("Learners"),
    "learner": N_("learner"),
    "total": N_("total"),
    "legend": N_("A cell shows the points earned; its colour says which share of the graded ones that is."),
    "share_all": N_("all"),
    "share_most": N_("over two thirds"),
    "share_half": N_("over a third"),
    "share_low": N_("less"),
    "share_none": N_("none"),
    "share_open": N_("not graded"),
    "open_cell": N_("A cell opens what that learner's checks said."),
    "by_points": N_("The same learners by points, lowest first"),
    "most_failed": N_("Most failed checks"),
    "nothing_failed": N_("No check has failed."),
    "not_graded": N_("Checks that were not graded"),
    "not_graded_is": N_("Their points are neither earned nor taken: a share is one of the points that were graded."),
    "without": N_("Submissions without results"),
    "changed": N_("Submissions that changed files of the kit"),
    "changed_is": N_("The changed files weren't used: every submission is graded with the kit's own."),
    "figures": N_("The figures"),
    "range": N_("per cent of the graded points"),
    "count": N_("learners"),
    "close": N_("Back to the table"),
    "in_your_file": N_("in the learner's file"),
    "your_code_printed": N_("the learner's code printed"),
    "also_failed": N_("Also failed:"),
    "nobody": N_("Nobody has handed in anything."),
    "made": N_("This page shows pseudonyms only; class.csv says who is who. It loads nothing and sends nothing."),
    "printed_is": N_("What a learner's code printed, or what its messages quote, may still name its author."),
}
