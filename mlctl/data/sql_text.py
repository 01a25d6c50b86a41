"""The text of a query: is it one, and which values does it ask for.

This is no parser: it tells quoted text, comments and ``:names`` apart, in the way that databases agree on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mlctl.errors import UsageError

_PIECES = re.compile(
    r"""
      (?P<quoted>  '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | (?P<tag>\$\w*\$).*?(?P=tag) )
    | (?P<comment> --[^\n]* | /\*.*?\*/ )
    # A colon after a word, a bracket, a quote or another colon is a slice, a cast, a key or a time.
    | (?<![\w:'"\])]) : (?P<name>[A-Za-z_]\w*)
    | (?P<end> ; )
    | (?P<plain> [^'"`$\-/:;]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_FIRST_WORD = re.compile(r"[\s(]*(\w*)")
_READS = frozenset(
    "select with values table from show describe desc summarize pivot unpivot".split()  # noqa: SIM905 - reads better
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One query.

    Attributes
    ----------
    pieces : tuple of (str, bool)
        The text in pieces, and of each whether it is the name of a parameter (its colon left out).
    bare : str
        The text without comments, and with every quoted text empty.
    """

    pieces: tuple[tuple[str, bool], ...]
    bare: str

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that it asks for, each once."""
        return tuple(dict.fromkeys(text for text, is_name in self.pieces if is_name))

    def says(self, *phrases: str) -> bool:
        """Tell whether one of the phrases stands in it, as words of SQL: ``order by``."""
        listed = "|".join(phrase.replace(" ", r"\s+") for phrase in phrases)
        return bool(re.search(rf"\b(?:{listed})\b", self.bare, re.IGNORECASE))

    def render(self, name: Callable[[str], str], text: Callable[[str], str] = str) -> str:
        """Return the text in a driver's own spelling of names and of all else."""
        return "".join(name(piece) if is_name else text(piece) for piece, is_name in self.pieces)


def parse(query: str, where: str) -> Statement:
    """Look at the text of a query.

    Parameters
    ----------
    query : str
        One statement; a semicolon may stand at its end.
    where : str
        What holds it, for errors: ``data.sql.query``.

    Raises
    ------
    UsageError
        When it is empty, more than one statement, or one that does not only read.
    """
    found = list(_PIECES.finditer(query))
    # What people read: quoted text is a value, comments are nothing.
    bare = "".join("''" if m["quoted"] else " " if m["comment"] else m[0] for m in found)
    first, _, rest = bare.partition(";")
    if rest.strip(" \t\r\n;"):
        raise UsageError(f"{where}: holds more than one statement", "leave one, which returns the rows")
    if not first.strip():
        raise UsageError(f"{where}: holds no query", "write one, such as SELECT * FROM table")
    word = _FIRST_WORD.match(first)[1]  # type: ignore[index]  # it matches every text
    if word.lower() not in _READS:
        raise UsageError(
            f"{where}: begins with {word.upper() or repr(first.strip()[:10])}, and is no query",
            "a query reads: it begins with SELECT, WITH, VALUES or FROM",
        )
    pieces = tuple((m["name"] or m[0], bool(m["name"])) for m in found if not m["end"])
    return Statement(pieces, bare)
