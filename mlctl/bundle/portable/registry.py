"""Which function writes which class, and how cells are described on their way through a pipeline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlctl.bundle.portable.refusal import NotPortable, name_of, need

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """The cells that a part gets.

    Attributes
    ----------
    kinds : str
        One letter a cell: ``n`` a number, ``b`` a boolean as number, ``t`` a text, ``d`` a date.
    tame : bool
        Whether no number can be infinite.
    full : bool
        Whether no number can be missing.
    """

    kinds: str
    tame: bool = True
    full: bool = False

    def numbers(self, part: Any) -> int:
        """Return the number of cells; refuse a part that would get anything but numbers."""
        need(not self.kinds.strip("nb"), part, "gets columns that are no numbers")
        fitted = getattr(part, "n_features_in_", len(self.kinds))
        need(fitted == len(self.kinds), part, f"was fitted on {fitted} columns, and gets {len(self.kinds)}")
        return len(self.kinds)

    def becoming(self, count: int, *, tame: bool | None = None, full: bool | None = None) -> "Given":
        """Return so many numbers, as tame and as full as these are unless told otherwise."""
        return replace(
            self,
            kinds="n" * count,
            tame=self.tame if tame is None else tame,
            full=self.full if full is None else full,
        )


class Sink:
    """The arrays of one model, each kept once."""

    def __init__(self) -> None:
        self.entries: list[list[Any]] = []
        self.parts: list[bytes] = []
        self._seen: dict[tuple[Any, ...], int] = {}

    def array(self, values: Any, kind: str = "f8") -> int:
        """Keep an array; return its place in the header's list."""
        array = np.ascontiguousarray(values, dtype=f"<{kind}")
        raw, key = array.tobytes(), (kind, *array.shape)
        place = self._seen.setdefault((key, raw), len(self.entries))
        if place == len(self.entries):
            self.entries.append(list(key))
            self.parts.append(raw)
        return place

    def data(self) -> bytes:
        """Return all arrays, each beginning at a multiple of eight bytes."""
        out = bytearray()
        for part in self.parts:
            out += bytes(-len(out) % 8)
            out += part
        return bytes(out)


WriteStep = Callable[[Sink, Any, Given], tuple[Node, Given]]
WriteEstimator = Callable[[Sink, Any, Given], Node]

_STEPS: dict[type, WriteStep] = {}
_ESTIMATORS: dict[type, WriteEstimator] = {}


def steps(*classes: type) -> Callable[[WriteStep], WriteStep]:
    """Name the transformers that a function writes."""

    def register(function: WriteStep) -> WriteStep:
        _STEPS.update(dict.fromkeys(classes, function))
        return function

    return register


def estimators(*classes: type) -> Callable[[WriteEstimator], WriteEstimator]:
    """Name the estimators that a function writes."""

    def register(function: WriteEstimator) -> WriteEstimator:
        _ESTIMATORS.update(dict.fromkeys(classes, function))
        return function

    return register


def covered() -> tuple[list[type], list[type]]:
    """Return the transformers and the estimators that can be written."""
    return list(_STEPS), list(_ESTIMATORS)


def write_step(sink: Sink, part: Any, given: Given) -> tuple[Node, Given]:
    """Write one transformer; return its operation and what it gives.

    Raises
    ------
    NotPortable
        For a class that is not known, a subclass of one that is, or an option that cannot be written.
    """
    if part is None or (isinstance(part, str) and part == "passthrough"):
        return {"op": "pass"}, given
    return _known(_STEPS, part)(sink, part, given)  # type: ignore[no-any-return]  # the tables hold both sorts


def write_estimator(sink: Sink, part: Any, given: Given) -> Node:
    """Write one estimator; see :func:`write_step`."""
    return _known(_ESTIMATORS, part)(sink, part, given)  # type: ignore[no-any-return]


def _known(table: Any, part: Any) -> Any:
    # Only the very class: a subclass may compute something else.
    found = table.get(type(part))
    if found is None:
        module = type(part).__module__
        raise NotPortable(f"{name_of(part)} (of {module}) is none of the classes that are written exactly")
    return found


def checked(node: Node, given: Given, *, gaps: bool = False) -> Node:
    """Put a check before an estimator where scikit-learn would refuse what could come."""
    check = check_step(given, gaps=gaps)
    return {"op": "pipeline", "steps": [check], "estimator": node} if check else node


def check_step(given: Given, *, gaps: bool = False) -> Node | None:
    """Return the check that refuses infinite numbers (and missing ones), where such can come."""
    return None if given.tame and (gaps or given.full) else {"op": "check", "gaps": gaps}


def checked_step(node: Node, given: Given, *, gaps: bool = False) -> Node:
    """Do for a step what :func:`checked` does for an estimator."""
    check = check_step(given, gaps=gaps)
    return {"op": "steps", "steps": [check, node]} if check else node


def floats(values: Any) -> NDArray[np.float64]:
    """Return numbers as float64."""
    return np.asarray(values, dtype=np.float64)
