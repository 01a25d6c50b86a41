from xml.etree import ElementTree as ET

from mlctl.data.profile_svg import HEIGHT, WIDTH, bars, histogram, plain


def test_histogram_has_a_bar_for_each_bin_with_rows():
    drawn = ET.fromstring(histogram([0, 4, 1], "0", "9"))
    heights = [float(bar.get("height")) for bar in drawn.iter("rect")]
    assert heights == [HEIGHT, HEIGHT / 4]
    assert [text.text for text in drawn.iter("text")] == ["0", "9"]
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == "Histogram from 0 to 9: 3 bins, the highest is bin 2 with 4 rows."


def test_one_row_among_a_million_is_seen():
    drawn = ET.fromstring(histogram([10**6, 1], "0", "9"))
    assert [float(bar.get("height")) for bar in drawn.iter("rect")] == [HEIGHT, 1.0]


def test_bars_are_as_long_as_their_share_of_the_longest():
    drawn = ET.fromstring(bars([("x & y", 6), ("<b>", 3)], 12))
    long, short = (float(bar.get("width")) for bar in drawn.iter("rect"))
    assert long == 2 * short
    assert [text.text for text in drawn.iter("text")] == ["x & y", "50.0%", "<b>", "25.0%"]
    assert drawn.get("aria-label") == "Bars: x & y 50.0%, <b> 25.0%."
    assert float(drawn.get("width")) == WIDTH


def test_long_labels_are_cut_to_their_place():
    drawn = ET.fromstring(bars([("a" * 50, 1), ("이름" * 20, 1), ("short", 1)], 3))
    labels = [text.text for text in drawn.iter("text")][::2]
    assert labels == ["a" * 17 + "…", "이름이름이름이름…", "short"]


def test_text_that_cannot_be_written_is_replaced():
    assert plain('"<\udcff>"') == "&quot;&lt;?&gt;&quot;"
