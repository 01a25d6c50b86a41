import datetime as dt
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd

from mlctl.data.profile import profile
from mlctl.data.profile_html import profile_html

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_VOID = {"meta", "br", "rect"}


class Page(HTMLParser):
    """Checks that what opens is closed, and keeps text and attributes."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def page(frame, target=None, title="table.csv", **options):
    html = profile_html(profile(frame, target, now=NOW, **options), title=title)
    return Page(html), html


def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "big": rng.integers(1, 10**9, 120),
            "some": np.where(np.arange(120) % 10 == 0, np.inf, 1.5),
            "when": pd.date_range("2025-11-01", periods=120, freq="D"),
            "level": pd.Series(rng.choice(list("abcdefgh"), 120), dtype="str"),
            "none": np.nan,
            "y": rng.choice(["no", "yes"], 120),
        }
    )


def test_page_is_whole_and_needs_nothing_else():
    found, html = page(table(), "y")
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert found.all("script") == found.all("link") == found.all("img") == []
    assert not re.search(r"https?:|url\(|src=", html)
    policy = next(meta for meta in found.all("meta") if "http-equiv" in meta)
    assert policy["content"].startswith("default-src 'none'")


def test_page_can_be_read_without_eyes_and_in_the_dark():
    found, html = page(table(), "y")
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in found.all("svg"))
    assert len(found.all("h1")) == 1
    scopes = [head["scope"] for head in found.all("th")]
    assert (scopes.count("col"), scopes.count("row")) == (6, 6)
    assert "prefers-color-scheme: dark" in html
    labelled = {section["aria-labelledby"] for section in found.all("section")}
    assert labelled == {head["id"] for head in found.all("h2")}


def test_contrast_of_every_pair_of_colours():
    _, html = page(table())
    for block in re.findall(r":root \{([^}]*)\}", html):
        colours = dict(re.findall(r"--(\w+): (#\w{6})", block))
        for name in ("text", "soft", "fault"):
            assert _contrast(colours[name], colours["back"]) >= 4.5
        assert _contrast(colours["bar"], colours["back"]) >= 3


def _contrast(one, other):
    light, dark = sorted(map(_luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_page_tells_what_the_profile_knows():
    found, _ = page(table(), "y")
    text = " ".join(found.text)
    for said in (
        "120",
        "holds no value",
        "MLC004",
        "has infinite values",
        "2025-11-01",
        "2026-02-28",
        "classification: y is text with 2 distinct values",
        "refused",
        "16.7%",
        "median",
    ):
        assert said in text
    assert re.search(r"\d{3},\d{3},\d{3}", text)
    assert re.search(r"next: .* \(\d+\)", "".join(found.text))


def test_names_and_values_are_no_markup():
    nasty = "</td><script>alert('x')</script>&"
    frame = pd.DataFrame({nasty: [nasty, "b"] * 60, "y": [nasty, "c"] * 60})
    found, html = page(frame, "y", title=nasty)
    assert found.all("script") == []
    assert "<script" not in html


def test_many_classes_and_a_regression():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=600), "y": rng.integers(0, 60, 600).astype(str)})
    found, _ = page(frame, "y", task="classification")
    assert "10 more classes are rarer." in found.text
    found, _ = page(frame, "x")
    assert any("Histogram" in svg["aria-label"] for svg in found.all("svg"))


def test_table_without_rows():
    found, _ = page(table()[:0], "y")
    assert "Target: " in found.text
    page(pd.DataFrame())
