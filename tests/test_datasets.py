"""The committed data: what it promises, who gave it, and that nobody has changed it."""

from __future__ import annotations

import gzip
import io
import itertools
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import datasets
from fixtures.datasets import DATA, Corpus, DamagedData, Question, corpus, glove

MEGABYTE = 1_000_000
quick = settings(max_examples=40, deadline=None)
LICENCES = {
    "emoji/LICENSE.emoji-data": "Cal Henderson",
    "emoji/LICENSE.emojibase": "Miles Johnson",
    "glove/LICENSE": "Public Domain Dedication",
    "corpus/LICENSE.chatterbot": "Gunther Cox",
    "corpus/LICENSE.django": "Django Software Foundation",
    "corpus/LICENSE.gunicorn": "Benoît Chesneau",
    "corpus/LICENSE.scrapy": "Scrapy developers",
    "corpus/LICENSE.wordnet": "WordNet 3.1 Copyright 2011 by Princeton University",
}


def unit(vectors: np.ndarray) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5))


# --- GloVe ------------------------------------------------------------------------------------------------------------


def test_glove_has_twenty_thousand_different_words_with_a_vector_each() -> None:
    assert len(set(glove().words)) == len(glove().words) == 20_000
    assert glove().vectors.shape == (20_000, 50)
    assert glove().vectors.dtype == np.float32
    assert len(np.unique(glove().vectors, axis=0)) == 20_000


def test_glove_words_are_letters_and_the_most_frequent_come_first() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in glove().words)
    assert glove().words[:4] == ("the", "of", "to", "and")


def test_glove_is_not_normalised_so_that_the_metric_matters() -> None:
    norms = np.linalg.norm(glove().vectors, axis=1)
    assert 2.0 < norms.min() < 2.1
    assert 11.2 < norms.max() < 11.3


def test_glove_knows_what_words_mean() -> None:
    word = dict(zip(glove().words, glove().vectors, strict=True))
    near = [np.dot(word["king"], word[other]) / np.linalg.norm(word[other]) for other in ("queen", "tomato")]
    assert near[0] > 2 * near[1]


# --- the corpus -------------------------------------------------------------------------------------------------------


def test_corpus_is_large_enough_for_a_lesson() -> None:
    assert len(corpus().documents) >= 5_000
    assert len(corpus().questions) >= 400
    assert {question.kind for question in corpus().questions} == {"faq", "support", "term", "usage", "definition"}
    assert {document.source for document in corpus().documents} == {
        "django",
        "scrapy",
        "gunicorn",
        "wordnet",
        "chatterbot",
    }


def test_each_document_and_question_has_a_vector_of_length_one() -> None:
    assert corpus().vectors.shape == (len(corpus().documents), 384)
    assert corpus().question_vectors.shape == (len(corpus().questions), 384)
    assert unit(corpus().vectors)
    assert unit(corpus().question_vectors)


def test_ids_number_documents_and_questions() -> None:
    assert [document.id for document in corpus().documents] == list(range(len(corpus().documents)))
    assert [question.id for question in corpus().questions] == list(range(len(corpus().questions)))


def test_every_question_has_an_answer_that_exists() -> None:
    ids = {document.id for document in corpus().documents}
    assert all(question.answers and question.answers <= ids for question in corpus().questions)


def test_no_text_stands_twice() -> None:
    for texts in ([d.text for d in corpus().documents], [q.text for q in corpus().questions]):
        assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_only_a_term_stands_word_for_word_in_its_answer() -> None:
    documents = corpus().documents
    for question in corpus().questions:
        for key in question.answers:
            assert (question.text.lower() in documents[key].text.lower()) == (question.kind == "term"), question.text


def test_texts_are_readable_and_fit_a_varchar_field() -> None:
    texts = [text for d in corpus().documents for text in (d.text, d.title, d.source, d.category, d.group)]
    texts += [question.text for question in corpus().questions]
    assert [text for text in texts if not text.isprintable() or text != text.strip() or not text] == []
    assert max(len(text.encode()) for text in texts) <= datasets.LONGEST_TEXT


def test_passages_of_a_section_stand_together_in_order() -> None:
    groups = [document.group for document in corpus().documents if document.source in ("django", "scrapy", "gunicorn")]
    changes = sum(a != b for a, b in itertools.pairwise(groups))
    assert changes == len(set(groups)) - 1
    assert max(Counter(groups).values()) >= 5


def test_words_have_several_senses_so_that_grouping_shows() -> None:
    senses = Counter(document.group for document in corpus().documents if document.source == "wordnet")
    assert sum(count > 1 for count in senses.values()) > 500


def test_vectors_find_answers_far_more_often_than_chance() -> None:
    sample = corpus().sample(np.random.default_rng(0), documents=1_000, questions=60)
    ids = np.array([document.id for document in sample.documents])
    order = np.argsort(-(sample.question_vectors @ sample.vectors.T), axis=1)[:, :10]
    gains = [question.ndcg(ids[row].tolist()) for question, row in zip(sample.questions, order, strict=True)]
    assert np.mean(gains) > 0.4  # at random: 0.005


@quick
@given(seed=st.integers(0, 2**32), documents=st.integers(400, 2_000), questions=st.integers(1, 120))
def test_a_sample_holds_its_questions_answers(seed: int, documents: int, questions: int) -> None:
    whole = corpus()
    sample = whole.sample(np.random.default_rng(seed), documents, questions)
    ids = {document.id for document in sample.documents}
    assert (len(ids), len({question.id for question in sample.questions})) == (documents, questions)
    assert all(question.answers <= ids for question in sample.questions)
    assert np.array_equal(sample.vectors, whole.vectors[[document.id for document in sample.documents]])
    assert np.array_equal(sample.question_vectors, whole.question_vectors[[q.id for q in sample.questions]])


def test_a_sample_of_a_sample_keeps_texts_and_vectors_together() -> None:
    sample = corpus().sample(np.random.default_rng(1), 500, 50).sample(np.random.default_rng(2), 200, 20)
    assert np.array_equal(sample.vectors, corpus().vectors[[document.id for document in sample.documents]])
    assert {key for question in sample.questions for key in question.answers} <= {d.id for d in sample.documents}


def test_a_sample_may_ask_some_kinds_only() -> None:
    sample = corpus().sample(np.random.default_rng(3), 300, 40, kinds={"faq", "term"})
    assert {question.kind for question in sample.questions} == {"faq", "term"}
    with pytest.raises(ValueError, match="larger sample"):
        corpus().sample(np.random.default_rng(3), 300, 44, kinds={"support"})


def test_a_sample_too_small_for_its_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="answers, more than 5 documents"):
        corpus().sample(np.random.default_rng(0), documents=5, questions=50)


def test_equal_seeds_give_equal_samples() -> None:
    first, second = (corpus().sample(np.random.default_rng(7), 300, 30) for _ in range(2))
    assert first.documents == second.documents
    assert first.questions == second.questions


# --- nDCG -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([1, 2, 3], 1.0),
        ([2, 1], 1.0),
        ([9, 1, 2], (1 / np.log2(3) + 1 / 2) / (1 + 1 / np.log2(3))),
        ([1, 9, 9, 2], (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))),  # a document that comes again takes no place
        ([1, 1, 1], 1 / (1 + 1 / np.log2(3))),
        ([*range(10, 20), 1, 2], 0.0),
        ([], 0.0),
    ],
)
def test_ndcg_counts_answers_by_their_place(found: list[int], expected: float) -> None:
    assert Question(0, "?", "faq", frozenset({1, 2})).ndcg(found) == pytest.approx(expected)


@quick
@given(found=st.lists(st.integers(0, 40), max_size=20), answers=st.frozensets(st.integers(0, 40), min_size=1))
def test_ndcg_is_a_share_and_full_where_answers_lead(found: list[int], answers: frozenset[int]) -> None:
    question = Question(0, "?", "faq", answers)
    assert 0 <= question.ndcg(found) <= 1
    assert question.ndcg([*sorted(answers), *found]) == pytest.approx(1)


# --- the files --------------------------------------------------------------------------------------------------------


def data_files() -> list[Path]:
    return [path for path in DATA.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def test_the_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in data_files()) < 17 * MEGABYTE
    assert (DATA / "emoji/emoji-clip.safetensors").stat().st_size < 6 * MEGABYTE
    assert (DATA / "emoji/drawings.zip").stat().st_size < 4 * MEGABYTE
    assert (DATA / "glove/glove.npz").stat().st_size < 2.1 * MEGABYTE
    assert (DATA / "corpus/corpus.json.gz").stat().st_size < 0.6 * MEGABYTE
    assert (DATA / "corpus/vectors.npz").stat().st_size < 4.5 * MEGABYTE


def test_nothing_in_the_data_is_a_pickle() -> None:
    assert {path.suffix for path in data_files()} <= {".py", ".md", ".npz", ".gz", ".json", ".zip", ".safetensors"} | {
        Path(name).suffix for name in LICENCES
    }
    for path in DATA.rglob("*.npz"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                # Only an array of objects is stored as a pickle, and this refuses it.
                assert np.load(io.BytesIO(archive.read(name)), allow_pickle=False).dtype != object


PINNED = (".npz", ".gz", ".json", ".zip")


def test_every_file_that_is_read_is_pinned() -> None:
    read = {str(path.relative_to(DATA).as_posix()) for path in data_files() if path.suffix in PINNED}
    assert read - {"emoji/emoji-clip.json"} == set(datasets.SHA256)  # the model's shape, beside its pinned weights


@pytest.mark.parametrize(("name", "words"), LICENCES.items())
def test_each_source_stands_there_with_its_licence(name: str, words: str) -> None:
    assert words in (DATA / name).read_text(encoding="utf-8")
    assert (DATA / name).with_name("README.md").is_file()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in datasets.SHA256:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", datasets.SHA256)
def test_a_file_with_one_bit_flipped_is_refused(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    loads = {"glove": glove, "corpus": corpus, "emoji": datasets.emoji}
    load = datasets._drawings if name.endswith(".zip") else loads[name.split("/")[0]]
    with pytest.raises(DamagedData, match=rf"fixtures/data/{name} isn't the file .* `git checkout"):
        load.__wrapped__()


def test_a_missing_file_is_named(copied: Path) -> None:
    (copied / "corpus/vectors.npz").unlink()
    with pytest.raises(DamagedData, match=r"fixtures/data/corpus/vectors\.npz is missing"):
        corpus.__wrapped__()


def test_each_set_is_read_once_and_nobody_can_change_it() -> None:
    assert glove() is glove()
    assert corpus() is corpus()
    whole: Corpus = corpus()
    for vectors in (glove().vectors, whole.vectors, whole.question_vectors):
        with pytest.raises(ValueError, match="read-only"):
            vectors[0, 0] = 1


def test_importing_the_datasets_loads_numpy_and_nothing_heavy() -> None:
    code = "import sys, fixtures.datasets; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=DATA.parents[1], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"pandas", "pyarrow", "pymilvus", "torch", "grpc", "yaml"}


def test_the_archives_are_written_without_a_date() -> None:
    for path in DATA.rglob("*.npz"):
        with zipfile.ZipFile(path) as archive:
            assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    header = (DATA / "corpus/corpus.json.gz").read_bytes()[:8]
    assert header[4:8] == bytes(4)
    assert gzip.decompress((DATA / "corpus/corpus.json.gz").read_bytes())
