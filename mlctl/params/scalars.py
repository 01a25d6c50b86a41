"""What a plain scalar means: the core schema of YAML 1.2.2, section 10.3.2."""

import re
from typing import Any

CORE = {
    f"tag:yaml.org,2002:{name}": kind
    for name, kind in (("null", type(None)), ("bool", bool), ("int", int), ("float", float), ("str", str))
}
"""The tags that may be written, and what they make."""

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEXADECIMAL = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 400
"""Characters: the decimal form of the largest float has 309 digits, and int() refuses more than 4,300."""


def resolve(text: str) -> Any:
    """Return the value of a plain scalar.

    Examples
    --------
    >>> resolve("0o17"), resolve("yes"), resolve("1e3"), resolve("2026-01-09")
    (15, 'yes', 1000.0, '2026-01-09')
    """
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if len(text) <= _LONGEST_NUMBER else text


def _number(text: str) -> Any:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _OCTAL_OR_HEXADECIMAL.fullmatch(text):
        return int(text, base=0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return float("nan") if _NAN.fullmatch(text) else text


def misread(text: str) -> bool:
    """Tell whether a plain scalar that PyYAML reads as text is something else to another reader.

    That is a number or a word of the core schema, or one of ``y`` and ``n``, which YAML 1.1 lists as booleans
    although PyYAML does not read them so.
    """
    return text in {"y", "Y", "n", "N"} or not isinstance(resolve(text), str)
