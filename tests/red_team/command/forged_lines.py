"""Class: page
Tries: to print verdict lines, with escapes that clear the terminal and set colours, and to raise an error that says
how many points there are.
Stopped by: what learner code says stands behind a bar, with its control characters made visible.
Known limit: the terminal itself is a file of the same user: who opens it can write anything there. The exit code and
reports/results.json are what counts.
Against: creates_the_collection
Because: raised
"""


def create_collection(client, name, dim):
    print("\x1b[2J\x1b[H\x1b]0;passed\x07")
    print("  ✓ count_films counts the films that are there  1")
    print("\r1.3: 15 of 15 points")
    raise ValueError("\x1b[32m1.3: 15 of 15 points [bold]")
