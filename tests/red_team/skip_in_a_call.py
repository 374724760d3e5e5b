"""Class: forge
Tries: to have pytest skip the check from within a call.
Stopped by: the exception is raised in the child, where no pytest runs; the grader hears that the function raised.
Against: gets_and_queries
Because: raised
Says: Skipped
"""


def get_films(client, name, ids):
    import pytest

    pytest.skip("no")
