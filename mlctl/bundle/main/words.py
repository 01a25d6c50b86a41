"""The words of a command line, read without argparse, which takes as long to load as a prediction."""

from __future__ import annotations

from .trouble import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SHORT = {"-o": "--output", "-h": "--help"}


def read_words(
    words: Sequence[str], *, flags: Sequence[str] = (), values: Sequence[str] = (), most: int = 0
) -> tuple[dict[str, Any], list[str]]:
    """Return the options by name, and the other words.

    Parameters
    ----------
    words : sequence of str
        What was typed after the verb.
    flags : sequence of str
        Options that stand alone, such as ``--json``.
    values : sequence of str
        Options that take a value: the next word, or what follows ``=``.
    most : int
        How many other words there may be; ``-`` is one.

    Raises
    ------
    UsageError
        For an option that is unknown or lacks its value, and for a word too many.
    """
    found: dict[str, Any] = {}
    rest, left = [], list(words)
    while left:
        word = left.pop(0)
        if word == "-" or not word.startswith("-"):
            rest.append(word)
            continue
        name, equals, value = word.partition("=")
        name = SHORT.get(name, name)
        if name in flags and not equals:
            found[name[2:]] = True
        elif name in values:
            if not equals and not left:
                raise UsageError(f"{name} needs a value", "see: --help")
            found[name[2:]] = value if equals else left.pop(0)
        else:
            raise UsageError(f"there is no option {word}", "see: --help")
    if len(rest) > most:
        raise UsageError(f"one word too many: {rest[most]!r}", "see: --help")
    return found, rest
