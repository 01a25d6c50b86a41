"""Passwords inside addresses: found, so that none is shown, copied into a record or left in a file.

An address may hold them in two places: ``scheme://user:PASSWORD@host`` and ``?token=SECRET``. What stands
there as ``${NAME}`` is no secret: it is the name of one.
"""

import re

_MARKS = re.compile(r"\$\{\w+\}")
_NAMES = (
    r"[\w.-]*(?:passw|pwd|secret|token|signature|credential|api_?key|access_?key|account_?key)[\w-]*"
    r"|pass|key|sig|auth"
)
# Lengths are bounded, so that a megabyte of text without any address is still read in one go.
_USER = r"(?P<before>(?<![\w+.-])[\w+.-]{1,40}://[^:/?#@\s]{0,200}:)"
# A database's address takes any character up to its last @ as password; elsewhere the path ends it.
_IN_DATABASES = re.compile(_USER + r"(?P<secret>\S{0,4000})(?=@)")
_IN_PATHS = re.compile(_USER + r"(?P<secret>[^/?#\s]{0,4000})(?=@)")
_IN_QUERIES = re.compile(rf"(?P<before>[?&;](?:{_NAMES})=)(?P<secret>[^&;\s]+)", re.IGNORECASE)
_IN_ODBC = re.compile(
    r"(?P<before>(?:\b|(?<=%3b))pwd(?:=|%3d))(?P<secret>(?:(?!%3b)[^&;\s])+)", re.IGNORECASE
)


def hide_secrets(text: str, *, is_path: bool = False) -> str:
    """Return a text with ``***`` for every password in an address; ``${NAME}`` stays.

    Parameters
    ----------
    text : str
        An address, or a message that may hold one.
    is_path : bool, default=False
        Whether it is the address of a file, where an ``@`` may stand in the path.

    Examples
    --------
    >>> hide_secrets("postgresql://reader:pa/ss@db/sales?sslmode=require")
    'postgresql://reader:***@db/sales?sslmode=require'
    >>> hide_secrets("https://host/a.csv?sig=abc&v=2"), hide_secrets("mysql://u:${PW}@db/sales")
    ('https://host/a.csv?sig=***&v=2', 'mysql://u:${PW}@db/sales')
    """
    for pattern in _patterns(is_path):
        text = pattern.sub(_hidden, text)
    return text


def is_secret(key: str) -> bool:
    """Tell whether a key of an address's query names something secret: ``token``, ``sslpassword``."""
    return bool(re.fullmatch(_NAMES, key, re.IGNORECASE))


def _patterns(is_path: bool) -> tuple[re.Pattern[str], ...]:
    return (_IN_PATHS if is_path else _IN_DATABASES, _IN_QUERIES, _IN_ODBC)


def _hidden(match: re.Match[str]) -> str:
    secret = match["secret"] if not _MARKS.sub("", match["secret"]) else "***"
    return match["before"] + secret
