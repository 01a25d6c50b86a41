"""The nearest known name, and values shown in one line."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from mlctl.domain.secrets import hide_secrets

LONGEST_SHOWN = 60


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Return the known name that a misspelt one is most like, without regard to case; None where none is."""
    by_fold = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(text.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """Return the question "did you mean …?", or nothing where no name is near."""
    found = nearest(text, known)
    return f"did you mean {found}?" if found else ""


def shown(value: Any) -> str:
    """Return a value as a problem shows it: as YAML would spell it, on one line, cut where it is long.

    Examples
    --------
    >>> shown(True), shown("no"), shown([1, None])
    ('true', "'no'", '[1, null]')
    """
    if isinstance(value, str):
        text = repr(hide_secrets(value)[: LONGEST_SHOWN + 1])
    else:
        spelled = hide_secrets(json.dumps(value, ensure_ascii=False, default=str))
        text = "".join(c if c.isprintable() else "�" for c in spelled[: LONGEST_SHOWN + 1])
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
