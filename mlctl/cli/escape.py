"""What a person wrote, made safe to show: a note or a file's name must not draw on the terminal."""

import re

# Controls but line feed and tab (C1 too: U+009B begins a sequence as ESC [ does), line separators, what turns
# the direction of text, and halves of characters. Joiners stay: scripts and emoji are spelled with them.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    r"""Return the text with its control characters spelled out.

    Examples
    --------
    >>> escaped("\x1b[31mred\r") == r"\x1b[31mred\r"
    True
    """
    return text if text.isprintable() else _ODD.sub(_spelled, text)


def escaped_json(text: str) -> str:
    """Return a JSON document in which those that JSON lets stand are spelled out too; it means the same."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _spelled(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]
