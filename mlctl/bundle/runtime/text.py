"""Text as counts of its words, and their weights: scikit-learn's vectorizers, without code of the user's."""

from __future__ import annotations

import re
from math import log, sqrt

from .build import width
from .errors import ValueFault
from .parts import NUMBER, TEXT, Cells, Step, columns_of, count_of, each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .node import Node

NO_WORD = "__none__"
_WORD = re.compile(r"\w\w")
_SPACES = re.compile(r"\s\s+")

# Patterns of a closed set: one out of a file could be made to search for ever.
PATTERNS = {r"(?u)\b\w\w+\b": re.compile(r"\b\w\w+\b"), r"(?u)\b\w+\b": re.compile(r"\b\w+\b")}

_MOST_GRAM = 20


def step_clean(_node: Node, kinds: str) -> Step:
    """Put a word of its own in place of a missing text, and of one without any word."""
    if kinds.strip(TEXT):
        raise _node.fault("takes texts only")

    def clean(text: str | None) -> str:
        return text if text is not None and _WORD.search(text) else NO_WORD

    def table(x: Any) -> Any:
        return Cells([[clean(text) for text in column] for column in columns_of(x)], count_of(x))

    return Step(kinds, lambda x: [clean(text) for text in x], lambda _np: table)


def step_words(node: Node, kinds: str) -> Step:
    """Count the words of one text: those of a vocabulary, or all by their hash; then weigh them."""
    if kinds != TEXT:
        raise node.fault("takes one text")
    size, counts = _counts(node)

    def row(x: Any) -> list[float]:
        out = [0.0] * size
        for at, value in counts(x[0]).items():
            out[at] = value
        return out

    def batch(np: Any) -> Any:
        def table(x: Any) -> Any:
            found = each(counts, columns_of(x)[0])
            out = np.zeros((len(found), size))
            for line, weights in zip(out, found):
                line[list(weights)] = list(weights.values())
            return out

        return table

    return Step(NUMBER * size, row, batch, 10.0 + 0.05 * size)


def _counts(node: Node) -> tuple[int, Callable[[str | None], dict[int, float]]]:
    """Return how wide the counts are, and the function from a text to those that are not zero."""
    split, binary = _splitter(node), node.flag("binary")
    size, place = _places(node)
    weigh = _weights(node, size)

    def counts(text: str | None) -> dict[int, float]:
        if text is None:
            raise ValueFault("the text is missing, and the model takes none that is")
        found: dict[int, float] = {}
        for term in split(text):
            at, one = place(term)
            if at is not None:
                found[at] = found.get(at, 0.0) + one
        return weigh(dict.fromkeys(found, 1.0) if binary else found)

    return size, counts


def _places(node: Node) -> tuple[int, Any]:
    """Return how many places there are, and the function from a word to its place and what it counts."""
    if "hashes" in node:
        size, signed = node.whole("hashes", 1), node.flag("signed")
        return size, lambda term: _hashed(term, size, signed)
    terms = node.texts("terms")
    get = {term: at for at, term in enumerate(terms)}.get
    return len(terms), lambda term: (get(term), 1.0)


def step_tfidf(node: Node, kinds: str) -> Step:
    """Weigh counts that are there already."""
    weigh = _weights(node, width(node, kinds))

    def row(x: Any) -> list[float]:
        out = [0.0] * len(kinds)
        for at, value in weigh({at: value for at, value in enumerate(x) if value}).items():
            out[at] = value
        return out

    return Step(kinds, row, None, 0.1 * len(kinds))


def _weights(node: Node, size: int) -> Callable[[dict[int, float]], dict[int, float]]:
    sublinear = node.flag("sublinear", False)
    idf = node.array("idf", "f8", size).flat() if "idf" in node else None
    norm = node.text("norm", ("l1", "l2", "none")) if "norm" in node else "none"

    def weigh(found: dict[int, float]) -> dict[int, float]:
        if sublinear:
            found = {at: log(value) + 1.0 for at, value in found.items()}
        if idf is not None:
            found = {at: value * idf[at] for at, value in found.items()}
        if norm == "none":
            return found
        values = found.values()
        length = sqrt(sum([v * v for v in values])) if norm == "l2" else sum(map(abs, values))
        return {at: value / length for at, value in found.items()} if length else found

    return weigh


def _splitter(node: Node) -> Callable[[str], list[str]]:
    """Return the function from a text to its words, or pieces of words."""
    analyzer = node.text("analyzer", ("word", "char", "char_wb"))
    lower, accents = node.flag("lowercase"), node.text("accents", ("keep", "unicode", "ascii"))
    least, most = node.whole("least", 1, _MOST_GRAM), node.whole("most", 1, _MOST_GRAM)
    if analyzer == "word":
        found = PATTERNS[node.text("pattern", PATTERNS)].findall
        stop = frozenset(node.texts("stop"))
        grams = _word_grams(found, stop, least, most)
    else:
        grams = _pieces(least, most) if analyzer == "char" else _pieces_within_words(least, most)

    def split(text: str) -> list[str]:
        if lower:
            text = text.lower()
        return grams(text if accents == "keep" else _without_accents(text, accents))

    return split


def _word_grams(find: Any, stop: frozenset[str], least: int, most: int) -> Callable[[str], list[str]]:
    def grams(text: str) -> list[str]:
        words = [word for word in find(text) if word not in stop] if stop else find(text)
        if most == 1:
            return list(words)
        return [
            " ".join(words[at : at + size])
            for size in range(least, min(most, len(words)) + 1)
            for at in range(len(words) - size + 1)
        ]

    return grams


def _pieces(least: int, most: int) -> Callable[[str], list[str]]:
    def grams(text: str) -> list[str]:
        text = _SPACES.sub(" ", text)
        return [
            text[at : at + size]
            for size in range(least, min(most, len(text)) + 1)
            for at in range(len(text) - size + 1)
        ]

    return grams


def _pieces_within_words(least: int, most: int) -> Callable[[str], list[str]]:
    def grams(text: str) -> list[str]:
        found = []
        for word in _SPACES.sub(" ", text).split():
            padded = " " + word + " "
            for size in range(least, most + 1):
                found += [padded[at : at + size] for at in range(max(len(padded) - size, 0) + 1)]
                if len(padded) <= size:  # a short word counts once
                    break
        return found

    return grams


def _without_accents(text: str, how: str) -> str:
    import unicodedata  # few models need it

    if how == "unicode" and text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    if how == "ascii":
        return apart.encode("ASCII", "ignore").decode("ASCII")
    return "".join([letter for letter in apart if not unicodedata.combining(letter)])


def _hashed(term: str, size: int, signed: bool) -> tuple[int, float]:
    value = _murmur(term.encode("utf-8"))
    if value >= 1 << 31:
        value -= 1 << 32
    return abs(value) % size, -1.0 if signed and value < 0 else 1.0


def _murmur(data: bytes) -> int:
    """MurmurHash3 of 32 bits with seed 0 (Austin Appleby, public domain)."""
    mask, value, whole = 0xFFFFFFFF, 0, len(data) & ~3
    for at in range(0, whole, 4):
        value ^= _mixed(int.from_bytes(data[at : at + 4], "little"))
        value = (value << 13 | value >> 19) & mask
        value = (value * 5 + 0xE6546B64) & mask
    value ^= _mixed(int.from_bytes(data[whole:], "little")) ^ len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & mask
    value = (value ^ value >> 13) * 0xC2B2AE35 & mask
    return value ^ value >> 16


def _mixed(block: int) -> int:
    block = block * 0xCC9E2D51 & 0xFFFFFFFF
    block = (block << 15 | block >> 17) & 0xFFFFFFFF
    return block * 0x1B873593 & 0xFFFFFFFF
