"""Dates as numbers: the counterparts of mlctl's DateFeatures and TimeToNumber."""

from __future__ import annotations

from datetime import date
from math import cos, nan, pi, sin

from .parts import NUMBER, TIME, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .node import Node

_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000
_MONDAY = 3  # 1970-01-01, day 0, was a Thursday
_YEAR_DAYS = 365.25
_EPOCH = date(1970, 1, 1).toordinal()


def step_dates(node: Node, kinds: str) -> Step:
    """Give each date its days, month, day, weekday, hour, and what else the operation asks for."""
    if kinds.strip(TIME):
        raise node.fault("takes dates only")
    cyclic = node.flag("cyclic")
    plans = []
    for branch in node.nodes("columns", len(kinds)):
        plans.append((branch.flag("hours"), branch.flag("told")))
        branch.end()
    size = sum(4 + hours + told + cyclic * (4 + 2 * hours) for hours, told in plans)

    def row(x: Any) -> list[float]:
        out: list[float] = []
        for moment, (hours, told) in zip(x, plans):
            out += _parts(moment, hours, cyclic)
            if told:
                out.append(float(moment is None))
        return out

    return Step(NUMBER * size, row, None, 3.0 * len(kinds))


def step_time(_node: Node, kinds: str) -> Step:
    """Give each date its days since 1970; numbers stay as they are."""

    def row(x: Any) -> list[float]:
        return [
            value if kind == NUMBER else nan if value is None else value / _DAY_US
            for value, kind in zip(x, kinds)
        ]

    return Step(NUMBER * len(kinds), row)


def _parts(moment: int | None, hours: bool, cyclic: bool) -> list[float]:
    if moment is None:
        return [nan] * (4 + hours + cyclic * (4 + 2 * hours))
    whole = moment // _DAY_US
    day = date.fromordinal(whole + _EPOCH)
    days = moment / _DAY_US
    parts = [days, float(day.month), float(day.day), float((whole + _MONDAY) % 7)]
    hour = moment % _DAY_US / _HOUR_US
    if hours:
        parts.append(hour)
    if cyclic:
        turns = [(day.toordinal() - date(day.year, 1, 1).toordinal()) / _YEAR_DAYS, (days + _MONDAY) % 7 / 7]
        if hours:
            turns.append(hour / 24)
        for turn in turns:
            parts += (sin(2 * pi * turn), cos(2 * pi * turn))
    return parts
