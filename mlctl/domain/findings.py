"""What ``store check`` finds: one fault of a store, said so that a person can act on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["damage", "untidy", "note"]
Remedy = Literal["repair", "gc", "person", ""]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault.

    Parameters
    ----------
    code : str
        What kind of fault, one word with dashes: ``torn-line``, ``checksum``, ``missing-file``.
    path : str
        Where, relative to the directory that holds the store, with ``/``.
    said : str
        What is wrong with it: the end of the sentence that begins with the path.
    remedy : {'repair', 'gc', 'person', ''}
        Who mends it: ``mlctl store repair``, ``mlctl store gc``, a person, or nobody has to.
    severity : {'damage', 'untidy', 'note'}, default='damage'
        Damage: something is not as it was recorded. Untidy: nothing is lost, a cache is behind or a left
        thing lies about. Note: worth knowing, and no fault: it does not change the exit code.
    """

    code: str
    path: str
    said: str
    remedy: Remedy
    severity: Severity = "damage"


def faults(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings for which a store is not in order: all but the notes.

    Examples
    --------
    >>> faults([Finding("absolute-path", "mlstore/x", "names /data", "", "note")])
    ()
    """
    return tuple(one for one in findings if one.severity != "note")


def mendable(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those that ``mlctl store repair`` mends."""
    return tuple(one for one in findings if one.remedy == "repair")
