import struct
import sys

import pytest

from mlctl.actions.figure_png import png
from mlctl.domain.figures import Bars, Chart, Matrix, Series
from mlctl.errors import MlctlError

pytest.importorskip("matplotlib")

LINES = Chart(
    "roc", "ROC $x", "", "", (), (), "across $", "up",
    (
        Series("a $\\frac{", ((0.0, 0.0), (1.0, 1.0))),
        Series("b", tuple((at / 20, at / 20) for at in range(20)), "step"),
        Series("", ((0.5, 0.5),), "points"),
        Series("", ((0.5, 0.5), (0.6, 0.7)), "interval", ((0.4, 0.6), (0.5, 0.8))),
    ),
    reference=((0.0, 0.0), (1.0, 1.0)),
)  # fmt: skip
MATRIX = Matrix("m", "Matrix", "", "", (), (), ("日本語", "<b>", "z"), ((3, 1, 0), (0, 0, 0), (0, 2, 9)))
BARS = Bars(
    "b", "Bars", "", "", (), (), "loss", (("עברית" * 20, 1.0), ("b", -0.5)), ((0.9, 1.1), (-0.6, 0.0))
)


def size(data):
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize("figure", [LINES, MATRIX, BARS], ids=["lines", "matrix", "bars"])
def test_a_figure_is_a_png(figure):
    data = png(figure)
    assert data.startswith(b"\x89PNG\r\n")
    assert size(data) == (704, 528)
    assert png(figure) == data


def test_plain_charts_and_large_ones():
    plain = Chart("c", "t", "", "", (), (), "x", "y", (Series("", ((1.0, 1.0),), "points"),))
    assert size(png(plain)) == (704, 528)
    labels = tuple(chr(97 + at) for at in range(26))
    many = Matrix("m", "t", "", "", (), (), labels, tuple((1,) * 26 for _ in labels))
    assert size(png(many)) == (704, 528)
    long = Bars("b", "t", "", "", (), (), "x", tuple((f"c{at}", 1.0) for at in range(20)))
    assert size(png(long))[1] > 528


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MlctlError, match="a plot as PNG needs matplotlib, which is not installed") as caught:
        png(LINES)
    assert caught.value.hint == "pip install 'mlctl[plots]'"
