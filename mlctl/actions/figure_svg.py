"""Figures as inline SVG: no script, no font, no colour of their own; the page's style gives them.

They scale with the page; texts are as large as the page's small print when the figure has its full width.
"""

import math
import unicodedata
from collections.abc import Callable, Sequence

from mlctl.data.profile_svg import plain
from mlctl.domain.figures import Bars, Chart, Drawable, Matrix, Pairs, Series

WIDTH, HEIGHT = 460, 340
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 10, 44
TICKS = 5
LONGEST = 22
BAR = 20
FEW = 14
"""Points that are marked on a line."""

STYLE = """
figure { margin: 1rem 0 2rem; break-inside: avoid; } figure h3 { font-size: 1rem; margin: 0 0 .25rem; }
figcaption { color: var(--soft); max-width: 60ch; margin: 0 0 .5rem; font-size: .9rem; }
svg.figure { width: 100%; max-width: 34rem; height: auto; }
svg.figure text { font-size: 12px; } svg.figure .frame { fill: none; stroke: var(--line); }
svg.figure .grid { stroke: var(--line); stroke-dasharray: 1 3; }
svg.figure .reference { fill: none; stroke: var(--soft); stroke-dasharray: 5 4; }
svg.figure .line { fill: none; stroke-width: 2; } svg.figure .zero { stroke: var(--soft); }
svg.figure .span { stroke: var(--text); stroke-width: 1.2; }
svg.figure .dot { fill: var(--bar); fill-opacity: .55; } svg.figure .mark { stroke: none; }
svg.figure .cell { fill: var(--bar); } svg.figure .count { fill: var(--text); }
svg.figure .count.dark { fill: var(--back); }
.c0 { stroke: var(--s0); fill: var(--s0); } .c1 { stroke: var(--s1); fill: var(--s1); stroke-dasharray: 8 3; }
.c2 { stroke: var(--s2); fill: var(--s2); stroke-dasharray: 2 2; }
.c3 { stroke: var(--s3); fill: var(--s3); stroke-dasharray: 10 3 2 3; }
.c4 { stroke: var(--s4); fill: var(--s4); stroke-dasharray: 5 2; }
.c5 { stroke: var(--s5); fill: var(--s5); stroke-dasharray: 1 3; }
:root { --s0: #2f6fb2; --s1: #9a3412; --s2: #1a7f4b; --s3: #7a3fa8; --s4: #8a6100; --s5: #57606a; }
@media (prefers-color-scheme: dark) { :root { --s0: #6aa9e9; --s1: #f0a878; --s2: #5fca93; --s3: #c79bf2;
  --s4: #dfb24a; --s5: #9aa4ad; } }
""".strip()


def svg(figure: Drawable) -> str:
    """Draw a figure.

    Parameters
    ----------
    figure : Chart, Matrix or Bars
        What to draw.

    Returns
    -------
    str
        An ``svg`` element whose label says the figure in words.
    """
    if isinstance(figure, Matrix):
        return _matrix(figure)
    return _bars(figure) if isinstance(figure, Bars) else _chart(figure)


def _image(width: float, height: float, words: str, drawn: str) -> str:
    return (
        f'<svg class="figure" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{plain(words)}">'
        f"{drawn}</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "start", more: str = "") -> str:
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{placed}{more}>{plain(text)}</text>'


class _Axes:
    """Where a chart's values lie on the paper."""

    def __init__(self, chart: Chart) -> None:
        (self.x0, self.x1), (self.y0, self.y1) = chart.limits()

    def x(self, value: float) -> float:
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.y0) / (self.y1 - self.y0) * (HEIGHT - TOP - BOTTOM)

    def path(self, points: Pairs, *, steps: bool = False) -> str:
        placed = [(self.x(x), self.y(y)) for x, y in points]
        parts = [f"M{placed[0][0]:.1f} {placed[0][1]:.1f}"]
        for x, y in placed[1:]:
            parts.append(f"V{y:.1f}H{x:.1f}" if steps else f"L{x:.1f} {y:.1f}")
        return "".join(parts)


def _chart(chart: Chart) -> str:
    axes = _Axes(chart)
    parts = [_grid(axes), _axis_titles(chart)]
    if chart.reference:
        parts.append(f'<path class="reference" d="{axes.path(chart.reference)}"/>')
    parts += [_series(axes, one, at) for at, one in enumerate(chart.series)]
    named = [(at, one) for at, one in enumerate(chart.series) if one.name]
    legend = "".join(_legend(at, row, one) for row, (at, one) in enumerate(named))
    return _image(WIDTH, HEIGHT + len(named) * 18, chart.words, "".join(parts) + legend)


def _grid(axes: _Axes) -> str:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{right - LEFT}" height="{bottom - TOP}"/>']
    for value in ticks(axes.x0, axes.x1):
        x = axes.x(value)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(_text(x, bottom + 16, _said(value), "middle"))
    for value in ticks(axes.y0, axes.y1):
        y = axes.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, _said(value), "end"))
    return "".join(parts)


def _axis_titles(chart: Chart) -> str:
    x, y = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    turned = f' transform="rotate(-90 12 {y:.0f})"'
    return _text(x, HEIGHT - 8, chart.across, "middle") + _text(12, y, chart.up, "middle", turned)


def _series(axes: _Axes, one: Series, at: int) -> str:
    colour = f"c{at % 6}"
    if one.pen == "points":
        return "".join(
            f'<circle class="dot" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="2.5"/>' for x, y in one.points
        )
    parts = [f'<path class="line {colour}" d="{axes.path(one.points, steps=one.pen == "step")}"/>']
    for (x, _), (low, high) in zip(one.points, one.spans, strict=False):
        place = f"{axes.x(x):.1f}"
        parts.append(
            f'<line class="span" x1="{place}" y1="{axes.y(low):.1f}" x2="{place}" y2="{axes.y(high):.1f}"/>'
        )
    if len(one.points) <= FEW:
        parts += [
            f'<circle class="mark {colour}" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="3.5"/>'
            for x, y in one.points
        ]
    return "".join(parts)


def _legend(at: int, row: int, one: Series) -> str:
    y = HEIGHT + 4 + row * 18
    line = f'<path class="line c{at % 6}" d="M{LEFT} {y}H{LEFT + 28}"/>'
    return line + _text(LEFT + 36, y + 4, short(one.name, 44))


def ticks(low: float, high: float) -> list[float]:
    """Return a few round numbers between two ends.

    Examples
    --------
    >>> ticks(0, 1), ticks(-3.2, 41)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 10.0, 20.0, 30.0, 40.0])
    """
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(at * step, 12 - round(math.log10(power))) for at in range(first, last + 1)]


def _said(value: float) -> str:
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e7 and value == round(value) else f"{value:.6g}"


def _matrix(matrix: Matrix) -> str:
    count = len(matrix.labels)
    side = min(56.0, 400 / count)
    names = [short(label, 12 if count <= 12 else 8) for label in matrix.labels]
    left = 14 + max(cells(name) for name in names) * 7.5
    size = 12 if side >= 30 else max(6.0, side * 0.42)
    parts = [_text(left, 12, "answered →  (true ↓)")]
    top = 24 + max(cells(name) for name in names) * (7 if count > 6 else 0)
    for at, name in enumerate(names):
        x = left + (at + 0.5) * side
        turned = f' transform="rotate(-90 {x:.1f} {top:.1f})"' if count > 6 else ""
        parts.append(_text(x + (4 if turned else 0), top, name, "start" if turned else "middle", turned))
    for down, line in enumerate(matrix.counts):
        y = top + 8 + down * side
        parts.append(_text(left - 6, y + side / 2 + 4, names[down], "end"))
        parts += [_cell(left + at * side, y, side, n, sum(line), size) for at, n in enumerate(line) if n]
    height = top + 8 + len(matrix.counts) * side + 6
    frame = (
        f'<rect class="frame" x="{left}" y="{top + 8:.1f}" width="{count * side:.1f}" '
        f'height="{len(matrix.counts) * side:.1f}"/>'
    )
    return _image(max(WIDTH, left + count * side + 6), height, matrix.words, "".join(parts) + frame)


def _cell(x: float, y: float, side: float, count: int, of: int, size: float) -> str:
    share = count / of
    dark = " dark" if share > 0.6 else ""
    inner = side - 1
    drawn = (
        f'<rect class="cell" x="{x:.1f}" y="{y:.1f}" width="{inner:.1f}" height="{inner:.1f}" '
        f'fill-opacity="{0.06 + 0.94 * share:.2f}"/>'
    )
    style = f' class="count{dark}" style="font-size:{size:.0f}px"'
    return drawn + _text(x + inner / 2, y + inner / 2 + size * 0.35, _count(count), "middle", style)


def _count(number: int) -> str:
    return f"{number:,}" if number < 10_000 else f"{number / 1000:,.0f}k"


def _bars(figure: Bars) -> str:
    names = [short(name, LONGEST if figure.key != "confusion_matrix" else 30) for name, _ in figure.bars]
    left = 10 + min(220, max((cells(name) for name in names), default=0) * 7)
    ends = [0.0, *(value for _, value in figure.bars), *(end for span in figure.spans for end in span)]
    low, high = min(ends), max(ends)
    width = (high - low) or 1.0

    def place(value: float) -> float:
        return left + (value - low) / width * (WIDTH - left - 64)

    parts = []
    for at, (name, (_, value)) in enumerate(zip(names, figure.bars, strict=True)):
        y = 6 + at * BAR
        start, end = sorted((place(0), place(value)))
        parts.append(_text(left - 6, y + 12, name, "end"))
        parts.append(f'<rect x="{start:.1f}" y="{y}" width="{max(end - start, 0.5):.1f}" height="14"/>')
        parts.append(_span(place, figure.spans, at, y))
        parts.append(_text(WIDTH, y + 12, f"{value:.3g}", "end"))
    bottom = 6 + len(figure.bars) * BAR
    parts.append(f'<line class="zero" x1="{place(0):.1f}" y1="2" x2="{place(0):.1f}" y2="{bottom}"/>')
    parts.append(_text(place(0), bottom + 14, figure.across))
    return _image(WIDTH, bottom + 20, figure.words, "".join(parts))


def _span(place: Callable[[float], float], spans: Sequence[tuple[float, float]], at: int, y: int) -> str:
    if at >= len(spans):
        return ""
    low, high = (place(end) for end in spans[at])
    return f'<line class="span" x1="{low:.1f}" y1="{y + 7}" x2="{high:.1f}" y2="{y + 7}"/>'


def cells(text: str) -> int:
    """Return how wide a text is in characters; East Asian ones take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def short(text: str, longest: int) -> str:
    """Cut a text to its place."""
    text = text[: longest + 1]  # no letter is narrower than one place
    if cells(text) <= longest:
        return text
    kept = next(at for at in range(len(text), -1, -1) if cells(text[:at]) < longest)
    return text[:kept] + "…"
