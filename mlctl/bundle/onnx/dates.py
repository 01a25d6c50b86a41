"""Dates: the counterparts of mlctl's DateFeatures and TimeToNumber, out of whole microseconds.

The calendar is reckoned from the days since 1970 in 64-bit integers, with years that begin in March, so that
the leap day is the last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms", 2013).
"""

from typing import Any

import numpy as np

from mlctl.bundle.onnx.graph import DOUBLE, WHOLE, Graph
from mlctl.bundle.onnx.registry import Block, Cells, columns_of, of_kind, steps, together
from mlctl.estimators.dates import DateFeatures, TimeToNumber

MISSING = int(np.iinfo(np.int64).min)
"""A date that is not there, as numpy has it."""

_DAY_US, _HOUR_US = 86_400_000_000, 3_600_000_000
_MONDAY = 3  # 1970-01-01, day 0, was a Thursday
_YEAR_DAYS = 365.25
_MARCH_0 = 719_468  # days from 1 March of the year 0 to 1970-01-01
_ERA = 146_097  # days of 400 years


@steps(DateFeatures)
def date_features(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write the parts of each date, in the order of the transformer."""
    block = of_kind(graph, cells, part, "date")
    done: list[str] = []
    for j, name in enumerate(columns_of(graph, block)):
        done += _Moment(graph, name).parts(
            bool(part.has_times_[j]), bool(part.cyclic), bool(part.indicator and part.has_missing_[j])
        )
    return Block(graph.beside(done), "number", len(done))


@steps(TimeToNumber)
def time_to_number(graph: Graph, part: Any, cells: Cells) -> Block:
    """Write days since 1970; numbers stay as they are."""
    done = [
        block if block.kind != "date" else Block(_Moment(graph, block.name).days, "number", block.width)
        for block in cells
    ]
    return together(graph, tuple(done), part, kind="number")


class _Moment:
    """One column of dates within the graph."""

    def __init__(self, graph: Graph, name: str) -> None:
        self._graph = graph
        self._missing = graph.add("Equal", name, graph.whole(MISSING))
        within = self._whole("Mod", name, _DAY_US)
        self._day = self._whole("Div", graph.add("Sub", name, within), _DAY_US)
        self.days = self._or_gap(graph.add("Div", graph.cast(name, DOUBLE), graph.numbers(float(_DAY_US))))
        self._hours = graph.add("Div", graph.cast(within, DOUBLE), graph.numbers(float(_HOUR_US)))

    def parts(self, hours: bool, cyclic: bool, told: bool) -> list[str]:
        """Return the columns that a date becomes."""
        month, day, in_year = self._calendar()
        weekday = self._whole("Mod", self._whole("Add", self._day, _MONDAY), 7)
        done = [self.days, *(self._or_gap(self._float(each)) for each in (month, day, weekday))]
        done += [self._or_gap(self._hours)] if hours else []
        if cyclic:
            turns = [self._over(self._float(in_year), _YEAR_DAYS), self._over(self._in_week(), 7.0)]
            turns += [self._over(self._hours, 24.0)] if hours else []
            done += [self._or_gap(wave) for turn in turns for wave in self._waves(turn)]
        return [*done, self._float(self._missing)] if told else done

    def _calendar(self) -> tuple[str, str, str]:
        """Return month, day of the month, and days since the first of January."""
        add = self._graph.add
        shifted = self._whole("Add", self._day, _MARCH_0)
        of_era = self._whole("Mod", shifted, _ERA)
        era = self._whole("Div", add("Sub", shifted, of_era), _ERA)
        leaps = add("Sub", self._whole("Div", of_era, 1460), self._whole("Div", of_era, 36_524))
        leaps = add("Add", leaps, self._whole("Div", of_era, _ERA - 1))
        year = self._whole("Div", add("Sub", of_era, leaps), 365)
        since = add("Sub", self._whole("Div", year, 4), self._whole("Div", year, 100))
        of_year = add("Sub", of_era, add("Add", self._whole("Mul", year, 365), since))
        from_march = self._whole("Div", self._whole("Add", self._whole("Mul", of_year, 5), 2), 153)
        before = self._whole("Div", self._whole("Add", self._whole("Mul", from_march, 153), 2), 5)
        day = self._whole("Add", add("Sub", of_year, before), 1)
        is_late = add("Less", from_march, self._graph.whole(10))
        month = add("Where", is_late, self._whole("Add", from_march, 3), self._whole("Sub", from_march, 9))
        full_year = add("Add", year, self._whole("Mul", era, 400))
        spring = self._whole("Add", add("Add", of_year, self._is_leap(full_year)), 59)
        return month, day, add("Where", is_late, spring, self._whole("Sub", of_year, 306))

    def _is_leap(self, year: str) -> str:
        by_4, by_100, by_400 = (
            self._graph.add("Equal", self._whole("Mod", year, each), self._graph.whole(0))
            for each in (4, 100, 400)
        )
        add = self._graph.add
        leap = add("And", by_4, add("Or", add("Not", by_100), by_400))
        return self._graph.cast(leap, WHOLE)

    def _in_week(self) -> str:
        add, seven = self._graph.add, self._graph.numbers(7.0)
        rest = add("Mod", add("Add", self.days, self._graph.numbers(float(_MONDAY))), seven, fmod=1)
        below = add("Less", rest, self._graph.numbers(0.0))
        return add("Where", below, add("Add", rest, seven), rest)

    def _waves(self, turn: str) -> tuple[str, str]:
        angle = self._graph.add("Mul", turn, self._graph.numbers(2 * np.pi))
        return self._graph.add("Sin", angle), self._graph.add("Cos", angle)

    def _over(self, name: str, divisor: float) -> str:
        return self._graph.add("Div", name, self._graph.numbers(divisor))

    def _whole(self, operator: str, name: str, other: int) -> str:
        return self._graph.add(operator, name, self._graph.whole(other))

    def _float(self, name: str) -> str:
        return self._graph.cast(name, DOUBLE)

    def _or_gap(self, name: str) -> str:
        return self._graph.add("Where", self._missing, self._graph.numbers(np.nan), name)
