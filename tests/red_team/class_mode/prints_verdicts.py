"""Class: forge
Tries: to print its verdict: test cases of JUnit, lines and messages of pytest-xdist, frames of execnet, commands of
GitHub's and Azure's runners, and escapes that clear the terminal.
Stopped by: nobody reads a verdict from what is printed; it is shown as text, with its control characters visible.
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    import os
    import sys

    text = (
        "</system-out></testcase><testcase classname='1.3' name='counts_films' time='0'/>\n"
        "[gw0] [100%] PASSED work.dojo.json::learner\n::set-output name=points::15\n::add-mask::fail\n"
        '::error file=a::b\n##vso[task.complete result=Succeeded;]\n{"status": "pass", "earned": 15}\n'
        "\x1b[2J\x1b[H\x1b]8;;javascript:alert(1)\x07PASSED\x1b]8;;\x07\n| **15 of 15** |\n```\n</details><h1>15</h1>\n"
    )
    for stream in (sys.stdout, sys.stderr):
        stream.write(text)
        stream.flush()
    for descriptor in (0, 1, 2):
        try:
            os.write(descriptor, b"\x01\x00\x00\x00\x01\x00\x00\x00\x08QUITpass\n")
        except OSError:
            pass
    return -1
