import re
from xml.etree import ElementTree as ET

import pytest

from mlctl.actions.figure_svg import STYLE, cells, short, svg, ticks
from mlctl.domain.figures import Bars, Chart, Matrix, Series

ODD = '<script>alert("1")</script>&'


def chart(*series, **more):
    return Chart("key", "title", "", "words", (), (), "across", "up", tuple(series), **more)


def drawn(figure):
    """Draw, and have it read as XML, which what is not escaped breaks."""
    return ET.fromstring(svg(figure))


def of_class(root, name):
    return [one for one in root.iter() if name in one.get("class", "").split()]


def test_a_line_is_marked_where_its_points_are_few():
    few = drawn(chart(Series("a", ((0, 0), (1, 1))), unit_square=True))
    assert len(of_class(few, "mark")) == 2
    assert of_class(few, "line")[0].get("d") == "M66.0 296.0L448.0 10.0"
    many = drawn(chart(Series("a", tuple((at, at) for at in range(20)))))
    assert of_class(many, "mark") == []


def test_steps_go_up_first():
    root = drawn(chart(Series("", ((0, 0), (1, 1)), "step"), unit_square=True))
    assert of_class(root, "line")[0].get("d") == "M66.0 296.0V10.0H448.0"


def test_points_intervals_and_reference():
    root = drawn(
        chart(
            Series("", ((0.5, 0.5),), "points"),
            Series("", ((0.5, 0.5),), "interval", ((0.4, 0.6),)),
            reference=((0.0, 0.0), (1.0, 1.0)),
        )
    )
    assert len(of_class(root, "dot")) == len(of_class(root, "span")) == len(of_class(root, "reference")) == 1


def test_every_named_series_has_a_line_in_the_legend_and_its_own_dashes():
    root = drawn(chart(*(Series(f"class {at}", ((0, 0), (1, at))) for at in range(5))))
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert [f"class {at}" in texts for at in range(5)] == [True] * 5
    assert {one.get("class") for one in of_class(root, "line")} == {f"line c{at}" for at in range(5)}
    assert root.get("aria-label") == "words"
    assert root.get("role") == "img"


def test_texts_are_escaped_and_cut():
    matrix = Matrix("m", "t", "", ODD, (), (), (ODD, "b" * 500), ((1, 0), (0, 2)))
    assert drawn(matrix).get("aria-label") == ODD
    assert "<script" not in svg(matrix)
    bars = Bars("importance", "t", "", ODD, (), (), ODD, ((ODD * 9, 1.0), ("日本語" * 40, -0.5)))
    assert drawn(bars) is not None
    assert "<script" not in svg(bars)
    assert "b" * 100 not in svg(matrix)
    half = chart(Series("half \ud800", ((0, 0), (1, 1))))
    assert svg(half).encode()


@pytest.mark.parametrize("count", [2, 8, 26])
def test_a_matrix_draws_what_was_counted(count):
    labels = tuple(chr(97 + at) for at in range(count))
    counts = tuple(tuple(20_000 if a == b else int(a == 0) for b in range(count)) for a in range(count))
    root = drawn(Matrix("m", "t", "", "w", (), (), labels, counts))
    assert len(of_class(root, "cell")) == 2 * count - 1
    assert len(of_class(root, "dark")) == count
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert texts.count("20k") == count
    assert any("rotate" in one.get("transform", "") for one in root.iter()) == (count > 6)


def test_26_classes_are_small():
    labels = tuple(chr(97 + at) for at in range(26))
    full = tuple(tuple(1 + a * b for b in range(26)) for a in range(26))
    assert len(svg(Matrix("m", "t", "", "w", (), (), labels, full))) < 200_000


def test_bars_go_both_ways_from_zero():
    root = drawn(
        Bars("importance", "t", "", "w", (), (), "loss", (("a", 2.0), ("b", -1.0)), ((1.0, 3.0), (-2.0, 0.0)))
    )
    bars = [one for one in root.iter() if one.tag.endswith("rect")]
    zero = float(of_class(root, "zero")[0].get("x1"))
    assert float(bars[0].get("x")) == zero
    assert float(bars[1].get("x")) + float(bars[1].get("width")) == pytest.approx(zero, abs=0.11)
    assert len(of_class(root, "span")) == 2


def test_bars_of_nothing_and_without_intervals():
    root = drawn(Bars("confusion_matrix", "t", "", "w", (), (), "rows", (("a", 0.0),)))
    assert of_class(root, "span") == []
    assert drawn(Bars("importance", "t", "", "w", (), (), "rows", ())) is not None


@pytest.mark.parametrize(
    ("low", "high", "count"), [(0, 1, 6), (-1e9, 1e9, 5), (1e-9, 3e-9, 5), (99.5, 100.5, 5), (0, 0.06, 4)]
)
def test_ticks_are_few_round_and_within(low, high, count):
    found = ticks(low, high)
    assert len(found) == count
    assert all(low - 1e-9 * abs(low) <= value <= high + 1e-9 * abs(high) for value in found)


def test_ticks_are_spelled_for_people():
    root = drawn(chart(Series("", ((0, 0), (40_000, 0.5)))))
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert "10,000" in texts
    assert "0.2" in texts


def test_short_counts_wide_letters_twice():
    assert short("abc", 3) == "abc"
    assert short("abcd", 3) == "ab…"
    assert short("日本語", 5) == "日本…"
    assert cells("日本a") == 5


def test_every_colour_of_a_series_is_in_the_style_twice():
    assert all(len(re.findall(rf"--s{at}: #", STYLE)) == 2 for at in range(6))
