"""One version of one model, ready to answer: what all the rest of the server is built around."""

from __future__ import annotations

from time import perf_counter

from ..runtime.errors import InputError  # noqa: TID252 - the two folders lie side by side in every bundle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Protocol

    Row = Mapping[str, Any]

    class Served(Protocol):
        """A model as the server needs it: :class:`mlctl.bundle.runtime.Model`, or what behaves like it."""

        task: str
        classes: Sequence[Any]
        columns: Sequence[Any]
        has_probabilities: bool

        def predict_row(self, row: Row) -> Any:
            """Return an answer with ``value`` and ``probabilities``, or raise InputError."""

        def predict_rows(self, rows: Iterable[Row], *, first: int = 1, bad: list[Any] | None = None) -> Any:
            """Return the answers of the rows that have one, and ``rows``, their positions."""

else:
    Served = object

__all__ = ["InputError", "Served", "Service"]

_SHARE = 0.2
"""Weight of the newest measurement."""

_MOST = 3.0
"""How many times what was usual a measurement counts at most."""

SLOW_S = 100e-6
"""Seconds a row from which rows that came in the same turn are predicted together."""


class Service:
    """A model with its name, and what is known of how long it takes.

    Parameters
    ----------
    model : Served
        The model.
    name : str
        Of the model.
    version : str
        The model version id.
    about : mapping, default={}
        What else ``/schema`` tells: ``columns``, a mapping of column to further facts, such as the range seen
        in training; all else as it is.
    sample : mapping, optional
        A row to warm up with.
    csv_missing : sequence of str, default=()
        Texts that stand for a missing value in CSV, beyond those that the model knows.

    Attributes
    ----------
    row_s : float
        Seconds that a row takes, lately.
    """

    def __init__(
        self,
        model: Served,
        name: str,
        version: str,
        about: Mapping[str, Any] | None = None,
        sample: Row | None = None,
        csv_missing: Sequence[str] = (),
    ) -> None:
        self.model = model
        self.name = name
        self.version = version
        self.about = dict(about or {})
        self.classes = tuple(model.classes)
        self.columns = tuple(column.name for column in model.columns)
        self.predict_row = model.predict_row
        self.row_s = 0.0
        self.csv_missing = frozenset(csv_missing)
        self._sample = sample

    def warm_up(self) -> None:
        """Predict the sample a few times: the first call loads what the others need."""
        if self._sample is None:
            return
        for _ in range(3):
            start = perf_counter()
            self.predict_row(self._sample)
            took = perf_counter() - start
            self.row_s = min(took, self.row_s or took)

    def predict(self, rows: Sequence[Row], first: int = 1) -> tuple[list[Any], list[InputError]]:
        """Return an answer for each row, None for a bad one, and the faults of those.

        Parameters
        ----------
        rows : sequence of mapping
            At least one.
        first : int
            Number of the first row, for the faults.
        """
        bad: list[InputError] = []
        start = perf_counter()
        found = self.model.predict_rows(rows, first=first, bad=bad)
        answers = list(found)
        self.took(perf_counter() - start, len(rows))
        if bad:
            told: list[Any] = [None] * len(rows)
            for place, answer in zip(found.rows, answers):
                told[place] = answer
            return told, bad
        return answers, bad

    def took(self, seconds: float, rows: int = 1) -> None:
        """Note how long rows took."""
        row_s = seconds / rows
        if row_s > _MOST * self.row_s > 0:  # once in a while the system takes the processor away
            row_s = _MOST * self.row_s
        self.row_s += _SHARE * (row_s - self.row_s)
