"""Every title is cut to 20 characters, to be safe for Korean; English titles lose two thirds.

rejected by: titles_fit
because: title_changed
on: lite, server
"""


def fit_title(title):
    return title[: TITLE_BYTES // 3]
