"""Small plots as inline SVG: no script, no font, no colour of their own; words for who cannot see them."""

import unicodedata
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 290, 44
_ROW, _LABEL, _SHARE, _LONGEST = 16, 125, 44, 18


def plain(text: object) -> str:
    """Return a text that may stand anywhere in the page."""
    # Half a character (a lone surrogate) cannot be written as UTF-8.
    return escape(str(text).encode("utf-8", "replace").decode())


def histogram(counts: Sequence[int], low: str, high: str) -> str:
    """Draw a histogram.

    Parameters
    ----------
    counts : sequence of int
        Rows in each bin, one of them at least 1.
    low, high : str
        The ends, as they are to be read.
    """
    most, each = max(counts), WIDTH / len(counts)
    peak = counts.index(most) + 1
    words = (
        f"Histogram from {low} to {high}: {len(counts)} bins, the highest is bin {peak} with {most:,} rows."
    )
    bars = "".join(
        f'<rect x="{at * each:.1f}" y="{HEIGHT - _height(count, most):.1f}" width="{each - 1:.1f}" '
        f'height="{_height(count, most):.1f}"/>'
        for at, count in enumerate(counts)
        if count
    )
    axis = (
        f'<text x="0" y="{HEIGHT + 12}">{plain(low)}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 12}" text-anchor="end">{plain(high)}</text>'
    )
    return _image(HEIGHT + 16, words, bars + axis)


def bars(values: Sequence[tuple[str, int]], rows: int) -> str:
    """Draw a horizontal bar for each value.

    Parameters
    ----------
    values : sequence of (str, int)
        Values with their rows, at least one.
    rows : int
        Of how many rows; the bars are shares of the longest.
    """
    words = "Bars: " + ", ".join(f"{value} {count / rows:.1%}" for value, count in values) + "."
    most = max(count for _, count in values)
    drawn = "".join(_bar(at, value, count / most, count / rows) for at, (value, count) in enumerate(values))
    return _image(len(values) * _ROW + 2, words, drawn)


def _bar(at: int, value: str, of_most: float, share: float) -> str:
    y = at * _ROW
    return (
        f'<text x="0" y="{y + 12}">{plain(_short(value))}</text>'
        f'<rect x="{_LABEL}" y="{y + 3}" width="{of_most * (WIDTH - _LABEL - _SHARE):.1f}" height="10"/>'
        f'<text x="{WIDTH}" y="{y + 12}" text-anchor="end">{share:.1%}</text>'
    )


def _height(count: int, most: int) -> float:
    # One row among a million is still to be seen.
    return max(1.0, count / most * HEIGHT) if count else 0.0


def _short(value: str) -> str:
    """Cut a label to its place; East Asian characters take two."""
    wide = 0
    for at, character in enumerate(value):
        wide += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if wide > _LONGEST:
            return value[: max(1, at - 1)] + "…"
    return value


def _image(height: int, words: str, drawn: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{plain(words)}">{drawn}</svg>'
    )
