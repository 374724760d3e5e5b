"""3.1 Text similarity search: find the passage that answers a question, in other words than the question's.

Goal
    Take documents apart into passages, have a language model turn each into a vector, keep them in Milvus, and answer
    questions: with the documents that fit best, and with the passages that one would hand to a chatbot.

Why it matters
    This is the "retrieval" of retrieval-augmented generation, and most of its failures are silent. A model reads the
    first 256 tokens of a text and drops the rest without a word: the answer on page three is then nowhere. Ten chunks
    of one document fill a page of results. Chunks that have lost their document can't be cited. Texts that are embedded
    one at a time keep a GPU, or your CPU, waiting. And a demo with ten documents looks fine with all of these mistakes.

What is measured
    A real Milvus, the model all-MiniLM-L6-v2, and a corpus of 5,243 documents with 510 questions whose answers are
    known: manuals of Django, Scrapy and Gunicorn, a dictionary, support answers. The checks know the vector of each
    text and hold your chunks, your vectors and your results against them; long documents have their answer far behind;
    some questions share no word with their answer. On judged questions you have to beat BM25, and last of all embedding
    and searching are timed against the reference.
    The model looks up what it has said of this corpus before, since five thousand texts take it half a minute; whatever
    else you have it embed is embedded as you watch.

Grade it:      nox -s stage3 -- 3.1
Look at it:    nox -s play -- 3.1
Another model: TEXT_MODEL=paraphrase-multilingual-MiniLM-L12-v2 nox -s play -- 3.1      (it reads Korean; a download)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pymilvus import DataType, MilvusClient  # noqa: F401 - you will need it

from fixtures.models import text_model  # noqa: F401 - text_model().encode([…]) is what you need of it

WORDS = 120
"""How many words a chunk has at most. The model reads 256 tokens, and an English word is one or two of them."""
OVERLAP = 20
"""How many words a chunk repeats of the one before it, so that no sentence is only ever seen in halves."""


def chunk(text: str, words: int = WORDS, overlap: int = OVERLAP) -> list[str]:
    """Take a text apart into chunks that the model can read to the end.

    Words are what blanks and line breaks separate; within a chunk they are joined by one blank. Every chunk but the
    last has exactly `words` words. Each but the first begins with the last `overlap` words of the one before it, and
    has at least one word more than that.

    Args:
        text: any text.
        words: how many words a chunk has at most.
        overlap: how many of them it repeats, less than `words`.

    Returns:
        The chunks in order; a text that is short enough is one chunk, and an empty one is none.
    """
    # TODO: text.split(), and slices of the list
    raise NotImplementedError


def embed(texts: list[str]) -> npt.NDArray[np.float32]:
    """Turn texts into vectors of length 1, many texts at a time.

    Args:
        texts: one or more.

    Returns:
        A vector for each text, in the order of the texts, shape (texts, 384).
    """
    # TODO: text_model().encode(…)
    raise NotImplementedError


def create_collection(client: MilvusClient, name: str) -> None:
    """Create the collection of chunks, ready to be searched.

    Fields: `id` (INT64, the primary key, made by Milvus), `document` (INT64), `text` (VARCHAR of 8192 bytes), and
    `vector` (FLOAT_VECTOR of 384 numbers, compared by COSINE). Whoever adds a document finds it at once with the same
    client, and no search waits for what others write: that is consistency level Session, the collection's own.

    Args:
        client: an open client.
        name: name of the new collection.
    """
    # TODO
    raise NotImplementedError


def add_documents(client: MilvusClient, name: str, documents: list[dict[str, Any]]) -> int:
    """Take documents apart, embed their chunks and insert them.

    Args:
        client: an open client.
        name: name of the collection.
        documents: dicts such as `{"id": 7, "text": "…"}`, some long, some a single line.

    Returns:
        How many chunks were inserted.
    """
    # TODO: embed all chunks at once, not document by document
    raise NotImplementedError


def search(client: MilvusClient, name: str, question: str, limit: int) -> list[tuple[int, float]]:
    """Find the documents that answer a question best. A document is as good as its best chunk, and comes once.

    Args:
        client: an open client.
        name: name of the collection.
        question: plain text.
        limit: how many documents are wanted, not how many chunks.

    Returns:
        (document, similarity), the best first; fewer than `limit` only where there are fewer documents.
    """
    # TODO: what if the ten best chunks all come from one document?
    raise NotImplementedError


def passages(client: MilvusClient, name: str, question: str, words: int) -> list[tuple[int, str]]:
    """Gather what a chatbot should read before it answers a question.

    The best chunks, whole and in order, as many as fit: the first that would bring the sum above `words` words ends the
    list, and so does the twentieth.

    Args:
        client: an open client.
        name: name of the collection.
        question: plain text.
        words: how many words there is room for.

    Returns:
        (document, text of the chunk), the best first, so that each can be cited.
    """
    # TODO
    raise NotImplementedError


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.append(str(Path(__file__).parents[2]))
    from fixtures.datasets import corpus
    from fixtures.showing import demo_client

    documents = [{"id": document.id, "text": document.text} for document in corpus().documents]
    with demo_client() as client:
        create_collection(client, "texts")
        print(add_documents(client, "texts", documents), "chunks of", len(documents), "documents")
        for question in ("my laptop gets very hot", "how do I keep visitors logged in?", "an animal that hops"):
            print(f"\n{question}")
            for key, similarity in search(client, "texts", question, 3):
                print(f"  {similarity:.2f}  {documents[key]['text'][:90]}")
