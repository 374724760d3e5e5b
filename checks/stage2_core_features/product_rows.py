"""A made-up shop with truth: ordinary products, and texts that try to be more than a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

DIM = 32
TEXT_BYTES = 200
MOST_TAGS = 8

BRANDS = ["Ondol", "Kestrel", "새벽", "한빛 조명", "Nordic Light", "Mori"]
TAGS = ["audio", "sale", "new", "travel", "한정판", "gift set"]
COLORS = ["red", "blue", "빨강", "sea green"]
_BEFORE = ["", "", "", "New ", "새 "]
_FIRST = ["Quiet", "Quick", "Golden", "무선", "무지", "접이식"]
_SECOND = ["Lamp", "Kettle", "Chair", "이어폰", "의자", "가방"]

Product = dict[str, Any]
Predicate = Callable[[Product], bool]
Floats = npt.NDArray[np.floating[Any]]


def make_products(rng: np.random.Generator, ids: Iterable[int]) -> list[Product]:
    """Return one ordinary product for each id.

    Returns:
        Rows with `id`, `embedding` (DIM floats whose norms differ by a factor of up to 6), `name` (two or three words
        and the id), `brand` (one of BRANDS), `price` (1 to 100, two decimals), `tags` (up to four of TAGS), and
        `details`: a `color`, a `warranty` (a number, or the text that shows it), `used`, and a `box` with a `weight`,
        or only a word; any of them may be missing.
    """
    return [_product(rng, key) for key in ids]


def brand_among(brands: Sequence[str]) -> Predicate:
    """Say in Python what `brand in […]` says."""
    return lambda product: product["brand"] in brands


def tagged(tags: Sequence[str]) -> Predicate:
    """Say of a product whether it carries all tags."""
    return lambda product: set(tags) <= set(product["tags"])


def named(prefix: str) -> Predicate:
    """Say of a product whether its name starts so."""
    return lambda product: str(product["name"]).startswith(prefix)


def holds_at(path: Sequence[str], value: str | float | bool) -> Predicate:
    """Say of a product whether its details hold a value, of the same kind, at the end of a path of keys."""

    def holds(product: Product) -> bool:
        place: Any = product["details"]
        for key in path:
            place = place.get(key) if isinstance(place, dict) else None
        same_kind = isinstance(place, bool) == isinstance(value, bool) and isinstance(place, str) == isinstance(
            value, str
        )
        return place is not None and same_kind and bool(place == value)

    return holds


def _product(rng: np.random.Generator, key: int) -> Product:
    direction = rng.standard_normal(DIM)
    embedding = (direction / np.linalg.norm(direction) * rng.uniform(0.5, 3.0)).astype(np.float32)
    details: dict[str, Any] = {
        "color": str(rng.choice(COLORS)),
        "warranty": [12, 24, 36, "24"][int(rng.integers(4))],
        "used": bool(rng.integers(2)),
        "box": {"weight": int(rng.integers(1, 9)) / 2} if rng.random() < 0.8 else "flat",
    }
    tags = rng.choice(TAGS, size=int(rng.integers(0, 5)), replace=False)
    return {
        "id": key,
        "embedding": embedding.tolist(),
        "name": f"{rng.choice(_BEFORE)}{rng.choice(_FIRST)} {rng.choice(_SECOND)} {key}",
        "brand": str(rng.choice(BRANDS)),
        "price": int(rng.integers(100, 10_001)) / 100,
        "tags": [str(tag) for tag in tags],
        "details": {name: value for name, value in details.items() if rng.random() < 0.9},
    }


def labelled(product: Product, text: str) -> Product:
    """Return a product with a text wherever it holds one."""
    return product | {
        "name": f"{text} {product['id']}",
        "brand": text,
        "tags": ["sale", text],
        "details": product["details"] | {"maker": text},
    }


BREAKS_OUT = (
    '" or id >= 0 or brand == "',
    "' or id >= 0 or brand == '",
    '\\" or id >= 0 or brand == "',
    '") or id >= 0 or (brand == "',
    '"] or id >= 0 or brand in ["',
)
"""Texts that show the whole shop to whom only puts quotes around them."""
BREAKS_OUT_TOGETHER = (("\\", '] or id >= 0 or brand in ["x'), ("\\", "] or id >= 0 or brand in ['x"))
"""Two brands of one list: the first escapes the quote that should end it, and the second goes on from there."""
ODD_TEXTS = (
    *(
        "O'Lynn",
        '27" Club',
        "C:\\",
        "\\",
        "\\n",
        "\\u0041",
        "두 줄\n상표",
        '한빛 "조명"',
        "😀 Mori 🎧",
        "tab\there",
        "\r",
    ),
    *("", "100%", "a_b", "{brand}", "$meta", "back\\\\slash", "a'b\"c", 'end\\"', "'\"'\"", "Ondol ", "ondol"),
)
"""Texts that people do write, more or less."""
_PIECES = (
    *('"', "'", "\\", '\\"', "\\'", "\n", "\t", "\r\n", " ", "한", "글", "é", "😀", "%", "_", "(", ")", "[", "]", ","),
    *("{", "}", "==", " or ", " and not ", "&&", "||", "id", "0", "A", "z", "\\n", "\\x41", "--", "/*", "#", "$"),
)


def hostile_texts(rng: np.random.Generator, number: int) -> list[str]:
    """Return texts that must stay what they are in an expression: known ones, and `number` new ones, all different."""
    together = [text for pair in BREAKS_OUT_TOGETHER for text in pair]
    texts = dict.fromkeys([*BREAKS_OUT, *ODD_TEXTS, *together])
    wanted = len(texts) + number
    while len(texts) < wanted:
        pieces = rng.choice(np.array(_PIECES), size=int(rng.integers(1, 9)))
        texts["".join(str(piece) for piece in pieces)] = None
    return list(texts)


def names_like_patterns(rng: np.random.Generator) -> dict[str, list[str]]:
    """Return prefixes with characters that mean something else to LIKE, each with names that start so or nearly so."""
    number, letter, other = (int(rng.integers(11, 99)), *(str(one) for one in rng.permutation(list("abcdefgh"))[:2]))
    word = str(rng.choice(_SECOND))
    return {
        f"{number}%": [f"{number}% wool", f"{number} pins", f"{number}0 pins"],
        f"{number}%_": [f"{number}%_off", f"{number}%xoff"],
        f"{letter}_": [f"{letter}_{other}", f"{letter}x{other}"],
        f"%{word}": [f"%{word}", f"Old {word}"],
        f"_{word}": [f"_{word}", f"x{word}"],
        f"{letter.upper()}:\\": [f"{letter.upper()}:\\new", f"{letter.upper()}:/new"],
    }


def without_quoting(text: str) -> str:
    """Return what is left of a text for those who remove what they can't quote."""
    return "".join(character for character in text if character not in "\"'\\\n\r\t")
