"""JSON that anybody may have written."""

import json
from collections.abc import Callable
from typing import Any


def parsed(text: str | bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """Return what a JSON text holds.

    Parameters
    ----------
    text : str or bytes
        Bytes are UTF-8, UTF-16 or UTF-32.
    parse_constant : callable, optional
        Takes ``NaN``, ``Infinity`` and ``-Infinity``, which are no JSON; by default they are numbers.

    Raises
    ------
    ValueError
        When it is none, or is nested more deeply than can be read.

    Examples
    --------
    >>> parsed('{"a": [1, 2]}')
    {'a': [1, 2]}
    """
    try:
        return json.loads(text, parse_constant=parse_constant)
    except RecursionError as error:
        raise ValueError(str(error)) from None
