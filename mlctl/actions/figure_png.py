"""Figures as PNG, drawn by matplotlib, which the extra ``plots`` brings and nothing else needs."""

import io
from collections.abc import Callable
from typing import Any

from mlctl.actions.figure_svg import FEW, short
from mlctl.data.extras import extra
from mlctl.domain.figures import Bars, Chart, Drawable, Matrix, Series

WIDTH, HEIGHT, DPI = 6.4, 4.8, 110
COLOURS = ("#2f6fb2", "#9a3412", "#1a7f4b", "#7a3fa8", "#8a6100", "#57606a")
DASHES = ("-", "--", ":", "-.", (0, (5, 2)), (0, (1, 3)))
SOFT = "#57606a"

SCRIPTS = (
    "DejaVu Sans",
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "NanumGothic",
    "WenQuanYi Zen Hei",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
)
"""Fonts for the letters that the first one lacks, where they are installed."""


def png(figure: Drawable) -> bytes:
    """Draw a figure.

    Returns
    -------
    bytes
        A PNG file of 704 × 528 pixels, or higher where there are many rows; equal figures give equal bytes.

    Raises
    ------
    MlctlError
        When matplotlib is not installed, naming the extra.
    """
    matplotlib = extra("plots", "matplotlib", "a plot as PNG")
    fonts = extra("plots", "matplotlib.font_manager", "a plot as PNG")
    drawing = extra("plots", "matplotlib.figure", "a plot as PNG")
    installed = set(fonts.get_font_names())
    # A dollar in a label is no formula.
    style = {"font.family": [name for name in SCRIPTS if name in installed], "text.parse_math": False}
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **style, "font.size": 9}):
        paper = drawing.Figure(figsize=(WIDTH, _height(figure)), dpi=DPI, layout="constrained")
        axes = paper.add_subplot()
        axes.set_title(figure.title, loc="left", fontweight="bold")
        _draw(axes, figure)
        return _bytes(paper)


def _height(figure: Drawable) -> float:
    return max(HEIGHT, 0.26 * len(figure.bars) + 1.2) if isinstance(figure, Bars) else HEIGHT


def _bytes(paper: Any) -> bytes:
    import warnings  # noqa: PLC0415 - only a drawing needs it

    into = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # of letters that no installed font has
        paper.savefig(into, format="png", metadata={"Software": None})
    return into.getvalue()


def _draw(axes: Any, figure: Drawable) -> None:
    if isinstance(figure, Matrix):
        _matrix(axes, figure)
    elif isinstance(figure, Bars):
        _bars(axes, figure)
    else:
        _chart(axes, figure)


def _chart(axes: Any, chart: Chart) -> None:
    if chart.reference:
        axes.plot(*zip(*chart.reference, strict=True), color=SOFT, linestyle="--", linewidth=1)
    for at, one in enumerate(chart.series):
        _PENS[one.pen](axes, one, at)
    (left, right), (bottom, top) = chart.limits()
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel=chart.across, ylabel=chart.up)
    axes.grid(color="#d0d7de", linestyle=":", linewidth=0.7)
    if any(one.name for one in chart.series):
        axes.legend(fontsize=8, frameon=False)


def _line(axes: Any, one: Series, at: int) -> None:
    marker = "o" if len(one.points) <= FEW else ""
    how = {"color": COLOURS[at % 6], "linestyle": DASHES[at % 6], "marker": marker, "markersize": 4}
    steps = {"drawstyle": "steps-pre"} if one.pen == "step" else {}
    axes.plot(*zip(*one.points, strict=True), label=short(one.name, 40) or None, **how, **steps)


def _points(axes: Any, one: Series, at: int) -> None:
    axes.plot(*zip(*one.points, strict=True), ".", color=COLOURS[at % 6], alpha=0.55, markersize=5)


def _interval(axes: Any, one: Series, at: int) -> None:
    for (x, _), (low, high) in zip(one.points, one.spans, strict=True):
        axes.plot([x, x], [low, high], color="#1b1f24", linewidth=1)
    _line(axes, one, at)


_PENS: dict[str, Callable[[Any, Series, int], None]] = {
    "line": _line,
    "step": _line,
    "points": _points,
    "interval": _interval,
}


def _matrix(axes: Any, matrix: Matrix) -> None:
    shares = [[count / (sum(line) or 1) for count in line] for line in matrix.counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    names = [short(label, 14) for label in matrix.labels]
    few = len(names) <= 12
    axes.set_xticks(range(len(names)), names, rotation=0 if len(names) <= 5 else 90)
    axes.set_yticks(range(len(matrix.counts)), names[: len(matrix.counts)])
    axes.set(xlabel="answered", ylabel="true")
    for down, line in enumerate(matrix.counts):
        for at, count in enumerate(line):
            if count:
                colour = "white" if shares[down][at] > 0.6 else "#1b1f24"
                axes.text(at, down, f"{count}", ha="center", va="center", color=colour, size=9 if few else 5)


def _bars(axes: Any, figure: Bars) -> None:
    places = list(range(len(figure.bars)))
    axes.barh(places, [value for _, value in figure.bars], color=COLOURS[0], height=0.7)
    for at, (low, high) in enumerate(figure.spans):
        axes.plot([low, high], [at, at], color="#1b1f24", linewidth=1)
    axes.set_yticks(places, [short(name, 30) for name, _ in figure.bars])
    axes.invert_yaxis()
    axes.axvline(0, color=SOFT, linewidth=0.8)
    axes.set_xlabel(figure.across)
