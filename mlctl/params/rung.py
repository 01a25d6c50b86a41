"""One rung of a written ladder, and the forms in which it is typed.

``svc`` · ``svc: {C: 1.0}`` · ``decision_tree: {max_depth: [3, 5, 8]}`` (a list is searched) ·
``svc: {C: {low: 0.1, high: 10, log: true}}`` (so is a range) ·
``mlp: {hidden_layer_sizes: {value: [50, 20]}}`` (a value that is itself a list or a mapping) ·
``package.module.Class: {…}`` · ``src/modeling.py:build_knn: {…}`` · ``rule: rules.py:by_hour``.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, model_serializer


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers to draw from, both ends included.

    Attributes
    ----------
    low, high : int or float
        Two whole numbers make a range of whole numbers.
    log : bool
        Whether each power of ten is as likely as the next.
    """

    low: float
    high: float
    log: bool = False

    @property
    def integer(self) -> bool:
        """Whether only whole numbers are drawn."""
        return isinstance(self.low, int) and isinstance(self.high, int)


class Rung(BaseModel):
    """One estimator of the ladder.

    Attributes
    ----------
    kind : str
        A canonical name of :mod:`mlctl.domain.ladder`, a dotted class path, ``file.py:name`` of a function or
        class that gives an estimator, or ``rule``.
    fixed : dict
        Parameters with one value.
    search : dict
        Parameters to search: a list of values, or a :class:`Range`.
    rule : str or None
        ``file.py:function``, for ``kind`` ``rule``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    fixed: dict[str, Any] = {}
    search: dict[str, list[Any] | Range] = {}
    rule: str | None = None

    @model_serializer
    def short(self) -> str | dict[str, Any]:
        """Return the form in which it would be typed."""
        if self.rule is not None:
            return {self.kind: self.rule}
        typed = {key: {"value": v} if isinstance(v, list | dict) else v for key, v in self.fixed.items()}
        typed |= {key: _typed_search(values) for key, values in self.search.items()}
        return {self.kind: typed} if typed else self.kind


def _typed_search(values: list[Any] | Range) -> Any:
    if isinstance(values, list):
        return values
    return {"low": values.low, "high": values.high} | ({"log": True} if values.log else {})
