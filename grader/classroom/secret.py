"""What follows from the class's secret: each learner's seed, and the name that the class sees instead.

Who knows a pseudonym can't find the seed, nor the learner: both come from the secret by HMAC-SHA-256, each with a
purpose of its own. With the same secret they are the same on every machine, so parts of a class fit together.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from grader.storage import cannot_write

FILE = "class-seed"
SECRET_BITS = 128
SEED_BITS = 48
"""Every JSON reader keeps such a number exactly."""


def class_secret(out: Path, given: str | None = None) -> str:
    """Return the secret of a class: the one that is given, else the one in `out`, else a new one; it is kept there.

    Raises:
        CannotWrite: the folder isn't writable.
    """
    path = out / FILE
    with contextlib.suppress(OSError, UnicodeDecodeError):
        kept = path.read_text(encoding="utf-8").strip()
        if kept and given in (None, kept):
            return kept
    secret = given or secrets.token_hex(SECRET_BITS // 8)
    try:
        out.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor
            stream.write(secret + "\n")
    except OSError as error:
        raise cannot_write(path, error) from None
    return secret


def learner_seed(secret: str, learner: str) -> int:
    """Return the seed of a learner's data, by the learner's id; `DOJO_SEED` takes it."""
    return _number(secret, "seed", learner) >> (256 - SEED_BITS)


def pseudonyms(secret: str, learners: Iterable[str]) -> dict[str, str]:
    """Return a readable name for each learner's id, such as `quiet-otter-4821`; no two get the same."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for learner in sorted(set(learners)):
        attempt = 0
        while (name := _pseudonym(secret, learner, attempt)) in taken:
            attempt += 1
        taken.add(name)
        names[learner] = name
    return names


def _pseudonym(secret: str, learner: str, attempt: int) -> str:
    number = _number(secret, f"pseudonym {attempt}", learner)
    adjectives, animals = _ADJECTIVES.split(), _ANIMALS.split()
    number, adjective = divmod(number, len(adjectives))
    number, animal = divmod(number, len(animals))
    return f"{adjectives[adjective]}-{animals[animal]}-{number % 9000 + 1000}"


def _number(secret: str, purpose: str, learner: str) -> int:
    text = f"{purpose}\0{learner}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hmac.digest(secret.encode(), text, hashlib.sha256))


_ADJECTIVES = (
    "amber brave bright brisk calm careful cheerful clever coral crisp curious eager early fair fast fine gentle glad "
    "golden grand happy honest jolly keen kind light lively lucky mellow merry mild modest neat nimble noble patient "
    "polite proud quick quiet rapid ready sharp shy silent silver sincere smart smooth snowy solid steady sunny swift "
    "tall tidy true warm wise witty young"
)
_ANIMALS = (
    "badger bear beaver bee bison cat clam cod crab crane crow deer dove duck eagle eel elk falcon finch fox frog goat "
    "goose gull hare hawk heron horse ibex jay kiwi koala lark lemur lion lynx magpie marten mole moose mouse newt "
    "octopus otter owl panda pigeon puffin quail rabbit raven robin salmon seal shark sheep shrew sparrow squid stork "
    "swan tiger toad trout turtle walrus whale wolf wren yak zebra"
)
