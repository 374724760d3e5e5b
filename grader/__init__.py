"""Grades an exercise: runs the learner's code in a child, judges what the parent saw, reports the verdict."""
