"""Class: spy
Tries: to be the solution: it imports it from the tree that it was cloned with. A link to that file does the same.
Known limit: what the solution returns is right. On a learner's own machine the solutions are there to be read, and who
copies one has cheated nobody else; a class is graded where submissions can't see them.
Against: counts_films
"""

from solutions.stage1_basics.ex03_basic_operations import *
