"""Bytes are cut in the middle of a syllable, which comes back as a replacement character.

rejected by: titles_fit
because: characters_not_bytes
on: lite, server
"""


def fit_title(title):
    return title.encode()[:TITLE_BYTES].decode(errors="replace")
