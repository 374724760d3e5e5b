"""Checks of 3.2 Image search.

The learner's code indexes drawings of one house and is asked with those of another. The grader has no model: it knows
the vector that the kit's CLIP has for each drawing and each name, and what is found for those by exact search.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from checks.collection_assertions import created
from checks.stage3_use_cases.album import (
    DIM,
    Album,
    make_album,
    write_broken,
    write_drawing,
    write_in_forms,
)
from checks.stage3_use_cases.album_assertions import (
    Pixels,
    as_embedded,
    as_hits,
    as_page,
    assert_drawn,
    assert_hits,
    assert_schema,
    assert_seen,
    place_in,
    place_of,
    ranks,
)
from checks.stage3_use_cases.embedded import as_vectors, assert_the_kits
from checks.stage3_use_cases.hit_pictures import hits_shown
from checks.stage3_use_cases.png import png
from fixtures.datasets import emoji
from fixtures.milvus import Milvus
from fixtures.recall import recall_of
from fixtures.serving import settle
from grader.check import because, check, returned, shortened
from grader.kept import Kept
from grader.measured import Measured, Picture
from grader.runner.errors import LearnerError
from grader.runner.submission import Submission
from infra.messages import N_, Message

LIMIT = 10
FLOOR = 0.95
"""What share of the nearest pictures a search has to find: approximate indexes miss some."""
EMBEDDED = 24
FORMS = 4
AGAIN = 20
QUESTIONS = 24


@pytest.fixture
def album(
    submission: Submission,
    milvus: Milvus,
    kept: Kept,
    rng: np.random.Generator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Album:
    """The collection that the learner's code made of drawings, once for all checks."""
    return make_album(submission, milvus, kept, rng, kept("folder", lambda: tmp_path_factory.mktemp("album")))


@check("3.2", points=2)
def embeds_pictures(submission: Submission, tmp_path: Path, rng: np.random.Generator) -> None:
    """embed_images returns what the model sees in each picture, as vectors of length 1, in their order"""
    assert_the_kits("clip")
    drawn = emoji()
    rows = rng.choice(len(drawn.codes), EMBEDDED, replace=False)
    paths = [write_drawing(tmp_path, int(row), "noto") for row in rows]
    readable, vectors = as_embedded(submission.call("embed_images", paths))
    assert readable == paths, because(
        "paths_changed",
        "embed_images() was given {count} readable pictures and returned the paths {actual}. They come back as they "
        "were given, in the same order.",
        count=len(paths),
        actual=shortened(readable),
    )
    assert_seen(vectors, drawn.noto[rows], "embed_images", [drawn.names[row] for row in rows])


@check("3.2", points=2, after=[embeds_pictures])
def leaves_out_what_is_broken(submission: Submission, tmp_path: Path, rng: np.random.Generator) -> None:
    """embed_images leaves out files that are broken, empty, missing or no pictures, and goes on"""
    drawn = emoji()
    rows = rng.choice(len(drawn.codes), 4, replace=False)
    good = [write_drawing(tmp_path, int(row), "noto") for row in rows]
    first, second, *more = write_broken(tmp_path, rng)
    asked = [first, good[0], good[1], second, *more, good[2], good[3]]
    readable, vectors = as_embedded(submission.call("embed_images", asked))
    assert readable == good, because(
        "wrong_paths",
        "embed_images() was given four pictures and {broken} files that are cut off, empty, a web page, or missing. "
        "The paths of the four should come back, and it returned {actual}.",
        broken=len(asked) - len(good),
        actual=shortened([Path(path).name for path in readable]),
    )
    assert_seen(vectors, drawn.noto[rows], "embed_images", [drawn.names[row] for row in rows])
    none, empty = as_embedded(submission.call("embed_images", [first, second]))
    assert (none, len(empty)) == ([], 0), because(
        "something_of_nothing", "embed_images() was given broken files only, and returned {actual}.", actual=str(none)
    )


@check("3.2", points=2, after=[embeds_pictures])
def reads_every_form(submission: Submission, tmp_path: Path, rng: np.random.Generator) -> None:
    """embed_images sees the same in a file with a palette, and in one whose background is transparent"""
    drawn = emoji()
    for row in rng.choice(len(drawn.codes), FORMS, replace=False):
        paths = write_in_forms(tmp_path, int(row))
        readable, vectors = as_embedded(submission.call("embed_images", [*paths.values()]))
        assert readable == [*paths.values()], because(
            "form_not_read",
            "embed_images() left out {left}. Files with a palette or a transparent background are pictures too: "
            'convert("RGB") after what is transparent has been laid on white.',
            left=shortened([Path(path).name for path in paths.values() if path not in readable]),
        )
        assert_seen(vectors, np.tile(drawn.noto[row], (len(paths), 1)), "embed_images", [*paths])


@check("3.2", points=2)
def embeds_phrases(submission: Submission, rng: np.random.Generator) -> None:
    """embed_texts returns what the model understands by each phrase, as vectors of length 1"""
    assert_the_kits("clip")
    drawn = emoji()
    rows = rng.choice(len(drawn.codes), EMBEDDED, replace=False)
    names = [drawn.names[row] for row in rows]
    vectors = as_vectors(submission.call("embed_texts", names), len(names), DIM, "embed_texts")
    assert_seen(vectors, drawn.of_names[rows], "embed_texts", names)


@check("3.2")
def creates_the_collection(submission: Submission, milvus: Milvus, kept: Kept) -> None:
    """create_collection makes a collection whose key is the path, indexed and ready to search"""
    assert_schema(milvus, kept("empty", lambda: created(submission, milvus, "pictures", DIM)))


@check("3.2", points=2, after=[creates_the_collection, leaves_out_what_is_broken])
def indexes_every_picture(album: Album) -> None:
    """add_images indexes what can be read, and reports what can't"""
    stored = album.stored()
    strange = set(stored) - set(album.rows)
    assert not strange, because(
        "broken_indexed",
        "The collection holds {actual}, which are no pictures.",
        actual=shortened(sorted(Path(path).name for path in strange)),
    )
    missing = len(set(album.rows) - set(stored))
    assert not missing, because(
        "not_indexed",
        "add_images() was given {count} pictures among {broken} broken files, and {missing} of the pictures aren't in "
        "the collection.",
        count=len(album.rows),
        broken=len(album.broken),
        missing=missing,
    )
    paths = [*album.rows]
    vectors = np.array([stored[path] for path in paths])
    assert_seen(vectors, emoji().noto[[*album.rows.values()]], "add_images", [Path(path).name for path in paths])
    said = returned(album.said, list[str], "add_images")
    assert sorted(said) == sorted(album.broken), because(
        "not_reported",
        "add_images() was given {broken} files that can't be read and should return their paths; it returned {actual}.",
        broken=len(album.broken),
        actual=shortened([Path(path).name for path in said]),
    )


@check("3.2", after=[indexes_every_picture])
def replaces_what_is_there(album: Album, tmp_path: Path) -> None:
    """add_images replaces a picture whose file has changed"""
    drawn, before = emoji(), album.milvus.count(album.collection)
    rows = album.rng.choice(len(drawn.codes), AGAIN, replace=False)
    paths = [write_drawing(tmp_path, int(row), "noto") for row in rows]
    album.call("add_images", paths)
    for path, row in zip(paths, np.roll(rows, 1), strict=True):
        Path(path).write_bytes(drawn.drawing(int(row), "noto"))
    album.call("add_images", paths)
    stored, after = album.stored(), album.milvus.count(album.collection)
    album.milvus.client.delete(album.collection, ids=paths)  # what follows knows the drawings of the album only
    assert after == before + AGAIN, because(
        "indexed_twice",
        "{count} new pictures were indexed, their files changed, and they were indexed again: {expected} rows are "
        "expected, and there are {actual}. insert() never looks whether a key is there; upsert() does.",
        count=AGAIN,
        expected=before + AGAIN,
        actual=after,
    )
    own = np.array([stored.get(path, np.zeros(DIM)) for path in paths])
    changed = np.einsum("ij,ij->i", own, drawn.noto[np.roll(rows, 1)]) > np.einsum("ij,ij->i", own, drawn.noto[rows])
    assert changed.all(), because(
        "kept_the_old",
        "The files of {count} pictures changed, they were indexed again, and {kept} of them still have the vector of "
        "what was there before.",
        count=AGAIN,
        kept=int((~changed).sum()),
    )


@check("3.2", points=3, after=[indexes_every_picture])
def finds_by_picture(album: Album, measured: Callable[[Measured], None]) -> None:
    """search_by_image finds the drawings that look most like one by another hand"""
    settle(album.milvus, album.collection)
    drawn = emoji()
    row_of = {int(row): place for place, row in enumerate(drawn.held_out)}
    shares, found, exact, shown = [], [], [], []
    for path, row in [*album.asked.items()][:QUESTIONS]:
        truth = album.similarities(drawn.twemoji[row_of[row]])
        hits = as_hits(album.call("search_by_image", path, LIMIT), "search_by_image", LIMIT)
        shares.append(
            assert_hits(hits, truth, "search_by_image", Message(N_("a drawing of {name}"), {"name": drawn.names[row]}))
        )
        found.append(place_of(row, album, hits))
        exact.append(place_in(truth, album, row))
        shown.append((drawn.drawing(row, "twemoji"), [hit for hit, _ in hits]))
    measured(hits_shown(N_("Drawings by another hand, and what your search found"), album, shown))
    recall = recall_of(shares)
    assert recall.may_reach(FLOOR), because(
        "misses_neighbours",
        "search_by_image() finds {recall:.0%} of the most similar drawings, and {floor:.0%} are asked for.",
        recall=recall.mean,
        floor=FLOOR,
    )
    measured(ranks(N_("The same thing by another hand"), found, exact, LIMIT))
    message = _refusal(album)
    assert message == "ValueError", because(
        "broken_question",
        "search_by_image() was asked with a file that is no picture. A ValueError is expected, and there came "
        "{actual}.",
        actual=message,
    )


@check("3.2", points=3, after=[indexes_every_picture, embeds_phrases])
def finds_by_words(album: Album, measured: Callable[[Measured], None]) -> None:
    """search_by_text finds the drawings that a phrase describes best"""
    settle(album.milvus, album.collection)
    drawn, shares, found, exact, shown = emoji(), [], [], [], []
    for row in album.rng.choice([*album.rows.values()], QUESTIONS, replace=False).tolist():
        truth = album.similarities(drawn.of_names[row])
        hits = as_hits(album.call("search_by_text", drawn.names[row], LIMIT), "search_by_text", LIMIT)
        shares.append(assert_hits(hits, truth, "search_by_text", f'"{drawn.names[row]}"'))
        found.append(place_of(row, album, hits))
        exact.append(place_in(truth, album, row))
        shown.append((drawn.names[row], [hit for hit, _ in hits]))
    measured(hits_shown(N_("Names, and the drawings that your search found"), album, shown))
    recall = recall_of(shares)
    assert recall.may_reach(FLOOR), because(
        "misses_neighbours_by_words",
        "search_by_text() finds {recall:.0%} of the best drawings, and {floor:.0%} are asked for.",
        recall=recall.mean,
        floor=FLOOR,
    )
    measured(ranks(N_("Drawings by their names"), found, exact, LIMIT))


@check("3.2", points=3)
def draws_the_hits(
    submission: Submission, tmp_path: Path, rng: np.random.Generator, measured: Callable[[Measured], None]
) -> None:
    """draw shows every pixel of every hit, in the order given, five in a row"""
    drawn = emoji()
    for count in (int(rng.integers(6, 10)), 5, 15):
        rows = [int(row) for row in rng.choice(len(drawn.codes), count, replace=False)]
        paths = [write_drawing(tmp_path, row, "noto") for row in rows]
        if count == 5:
            forms = write_in_forms(tmp_path, rows[0])
            paths[0] = forms["transparent"]
        page = as_page(submission.call("draw", paths), count)
        assert_drawn(page, [_of(drawn.drawing(row, "noto")) for row in rows])
    measured(Picture(N_("What draw makes of fifteen drawings"), png(page)))


def _refusal(album: Album) -> str:
    """Return the type of the error that a search with a broken picture ends with."""
    try:
        album.call("search_by_image", album.broken[0], LIMIT)
    except LearnerError as error:
        if error.kind != "raised":
            raise
        return error.type
    return "none"


def _of(content: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
