"""Class: page
Tries: to have the page or a spreadsheet run its name: the folder is called like a formula with HTML in it.
Stopped by: the page shows pseudonyms; in the table a cell that begins like a formula gets an apostrophe; files are
named by what is harmless everywhere.
Folder: =HYPERLINK("javascript:alert('red')")<img src=x onerror=alert('red')>::set-output name=a::b {0.__class__}
Against: counts_films
Because: wrong_count
Says: -1
"""


def count_films(client, name):
    return -1
