"""Class: page
Tries: to have the page, the table or a message run what an exception says: HTML, a template of gettext or jinja, a
formula, writing that turns a line round.
Stopped by: values are fields of a message, never its template; every output has its own way to show text as text.
Against: counts_films
Because: raised
Says: {0.__class__.__mro__}
"""


def count_films(client, name):
    raise ValueError(
        "=cmd|'/c calc'!A1 <script>alert('red')</script><img src=x onerror=alert('red')> {0.__class__.__mro__} "
        "{{ 7*7 }} %s%n \u202egnp.exe ]]> --> javascript:alert('red')"
    )
