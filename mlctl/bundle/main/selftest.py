"""``selftest``: the answers of the model against those that scikit-learn gave when the bundle was built.

``golden.json`` has ``columns``; ``rows``, the cells of each; ``why`` each was taken; and ``answers``, for
each row ``[value, probabilities]`` (null where there are none), or null for one that is to be refused.

Labels are equal, except where scikit-learn's own best two are within 1e-12 of each other: it is not of one
mind with itself there. Numbers are within 1e-9, relative above 1 and absolute below.
"""

from __future__ import annotations

from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOLERANCE = 1e-9
TIE = 1e-12


class Agreement:
    """How far answers agree.

    Attributes
    ----------
    rows : int
        How many were compared.
    differing : int
        Labels that differ without a tie, numbers beyond the tolerance, and rows that one of both refuses.
    ties : int
        Labels that differ where scikit-learn's best two are equally good.
    largest : float
        The largest difference between two numbers, as the tolerance measures it.
    row_us : float
        Median microseconds of one row.
    first : str
        The first difference in words; empty where there is none.
    """

    def __init__(self) -> None:
        self.rows = self.differing = self.ties = 0
        self.largest = 0.0
        self.row_us = 0.0
        self.first = ""

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.differing

    def to_dict(self) -> dict[str, Any]:
        """Return the figures."""
        names = ("rows", "differing", "ties", "largest", "row_us", "first")
        return {name: getattr(self, name) for name in names}

    def differs(self, number: int, what: str) -> None:
        """Note a difference."""
        self.differing += 1
        self.first = self.first or f"row {number:,}: {what}"

    def compare(self, number: int, wanted: Any, found: Any) -> None:
        """Compare one answer; None is a row that is refused."""
        self.rows += 1
        if wanted is None or found is None:
            if wanted is not found:
                told = "is refused" if found is None else f"is answered with {found.value!r}"
                self.differs(number, f"{told}, unlike when it was built")
            return
        value, chances = wanted
        if chances is not None or found.probabilities is not None:
            self._chances(number, chances or (), found.probabilities or ())
        self._value(number, value, found.value, chances)

    def _value(self, number: int, value: Any, found: Any, chances: Any) -> None:
        if isinstance(value, float) and isinstance(found, float):
            apart = distance(value, found)
            self.largest = max(self.largest, apart)
            if apart <= TOLERANCE:
                return
        elif value == found and type(value) is type(found):
            return
        elif is_tie(chances):
            self.ties += 1
            return
        self.differs(number, f"is {found!r}, not {value!r}")

    def _chances(self, number: int, wanted: Any, found: Any) -> None:
        if len(wanted) != len(found):
            self.differs(number, f"has {len(found)} probabilities, not {len(wanted)}")
            return
        apart = max(map(distance, wanted, found), default=0.0)
        self.largest = max(self.largest, apart)
        if apart > TOLERANCE:
            self.differs(number, f"has a probability that is {apart:.2g} off")


def distance(one: float, other: float) -> float:
    """Return how far two numbers are apart: relative above 1, absolute below; 0 for two NaN."""
    if one == other or (one != one and other != other):
        return 0.0
    apart = abs(one - other) / max(1.0, abs(one))
    return apart if apart == apart else float("inf")


def is_tie(chances: Any) -> bool:
    """Tell whether the best two of some probabilities are equally good."""
    if not chances or len(chances) < 2:
        return False
    second, best = sorted(chances)[-2:]
    return bool(best - second <= TIE * best)


def agreement(model: Any, told: dict[str, Any]) -> Agreement:
    """Ask a model for rows one by one, then for all at once, and compare its answers with those told."""
    from ..runtime.errors import InputError  # noqa: TID252 - the two folders lie side by side in every bundle

    found, times = Agreement(), []
    rows = [dict(zip(told["columns"], cells)) for cells in told["rows"]]
    for number, (row, wanted) in enumerate(zip(rows, told["answers"]), 1):
        begin = perf_counter()
        try:
            answer = model.predict_row(row, number=number)
        except InputError:
            answer = None
        times.append(perf_counter() - begin)
        found.compare(number, wanted, answer)
    bad: list[Any] = []
    together = model.predict_rows(rows, bad=bad)
    answers = dict(zip(together.rows, together))
    for place, wanted in enumerate(told["answers"]):
        found.compare(place + 1, wanted, answers.get(place))
    found.rows = len(rows)
    found.row_us = sorted(times)[len(times) // 2] * 1e6 if times else 0.0
    return found
