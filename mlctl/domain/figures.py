"""Plots before they are drawn, with their words and tables. Two pens draw them: SVG and PNG."""

from dataclasses import dataclass
from typing import Literal

Pairs = tuple[tuple[float, float], ...]
Pen = Literal["line", "step", "points", "interval"]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one cloud of points.

    Attributes
    ----------
    name : str
        For the legend; empty where it needs none.
    points : tuple of (float, float)
        In the order of drawing; finite.
    pen : {"line", "step", "points", "interval"}
        ``line`` joins the points and marks them where they are few; ``interval`` draws each with its span.
    spans : tuple of (float, float)
        For ``interval``: lower and upper end at each point.
    """

    name: str
    points: Pairs
    pen: Pen = "line"
    spans: Pairs = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """What every figure has.

    Attributes
    ----------
    key : str
        Names the file: ``roc`` is ``plots/roc.png``.
    title, caption : str
        What it is, and how it is read.
    words : str
        The figure for who cannot see it.
    head, rows : tuple
        The figure as a table.
    """

    key: str
    title: str
    caption: str
    words: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart(Figure):
    """Lines or points over two axes.

    Attributes
    ----------
    across, up : str
        What the axes are.
    series : tuple of Series
        At most six, so that they can be told apart.
    reference : tuple of (float, float)
        A line to compare with, such as the diagonal; empty for none.
    unit_square : bool
        Whether both axes go from 0 to 1.
    """

    across: str
    up: str
    series: tuple[Series, ...]
    reference: Pairs = ()
    unit_square: bool = False

    def limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the ends of both axes: never empty, with a little room around what is drawn."""
        if self.unit_square:
            return (0.0, 1.0), (0.0, 1.0)
        points = [point for one in self.series for point in one.points] + list(self.reference)
        ends = [end for one in self.series for span in one.spans for end in span]
        return _room([x for x, _ in points]), _room([*(y for _, y in points), *ends])


def _room(values: list[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.04 or abs(high) * 0.05 or 0.5
    return low - margin, high + margin


@dataclass(frozen=True, slots=True)
class Matrix(Figure):
    """Counts by true class (down) and answer (across).

    Attributes
    ----------
    labels : tuple of str
        Of both sides.
    counts : tuple of tuple of int
        One tuple for each true class.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars(Figure):
    """Horizontal bars, the longest first.

    Attributes
    ----------
    across : str
        What their length is.
    bars : tuple of (str, float)
        Name and value; values may be negative.
    spans : tuple of (float, float)
        Lower and upper end for each; empty where there are none.
    """

    across: str
    bars: tuple[tuple[str, float], ...]
    spans: Pairs = ()


Drawable = Chart | Matrix | Bars
