import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from mlctl.actions.checks import Checked
from mlctl.actions.plots import Figures
from mlctl.actions.report import Report
from mlctl.actions.report_html import page
from mlctl.actions.show import NOTHING, describe
from mlctl.domain.checks import check
from mlctl.domain.records import Dataset
from mlctl.ml.plots import classification
from tests.actions.records import DUMMY, LINEAR, experiment

ODD = '<script>alert("1")</script>'
VOID = {"meta", "link", "img", "br", "hr"}


class Reader(HTMLParser):
    """Reads the page and sees that what is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def report(e=LINEAR, checked=NOTHING, figures=(), notes=(), dataset=None, packages=None, champion=None):
    shown = describe(e, [DUMMY, e], champion, checked)
    return Report(shown, Figures(e, tuple(figures), notes), dataset, "target", packages or {}, "mlstore/x")


DATASET = Dataset(
    "d_1", "2026-01-09T00:00:00Z", {"path": "a.csv"}, "f" * 64, {}, [{"name": "a.csv"}], 150, 70,
    [{"column": f"c{at}", "role": "feature", "type": "number", "missing": 0.25} for at in range(69)]
    + [{"column": ODD}],
    project_name="iris",
)  # fmt: skip


def full():
    rng = np.random.default_rng(0)
    labels = np.array(["no", "yes"], dtype=object)[rng.integers(0, 2, 200)]
    said = rng.random(200)
    figures = classification(labels, labels, np.column_stack([1 - said, said]), ["no", "yes"], 1)
    e = replace(
        LINEAR,
        description="a first try",
        parameters={"C": 0.30000000000000004, "odd": None, "flag": True, "large": 18020.4, "deep": [1, 2]},
        training_dataset={"rows": 1200},
        test_dataset={"said": "held out 24 rows"},
        validation_dataset={"folds": 5, "repeats": 3, "kind": "stratified", "test_to_train": 0.25},
        evaluations={
            **LINEAR.evaluations,
            "test": {"accuracy_score": 0.93},
            "latency": {"single_row_us": 1500},
            "size": {"model_bytes": 12_000},
        },
        artifact_file_paths={"model": "model.skops"},
        environment={"python": "3.11"},
        git={"commit": "abc", "dirty": True},
        tags=["one"],
        notes=[{"time": "2026-01-09T00:00", "text": "remember"}],
        eligible={"ok": False, "reasons": ["too slow"]},
    )
    said = Checked(
        (check("MLC028", "24 rows"),), (check("MLC009", "x"),), (), ("p.csv: damaged",), (0.9, 1.0)
    )
    return report(e, said, figures, ("a note",), DATASET, {"numpy": "2.4"}, LINEAR.model_version_id)


def test_the_page_tells_everything():
    text = page(full(), made="2026-02-01 09:00 UTC")
    words = " ".join(read(text).texts)
    for told in (
        "champion", "a first try", "0.93 (0.9 to 1)", "1,200", "1.5 ms", "12 kB", "0.9",
        "MLC028 held-out part too small to tell", "24 rows", "Why: ", "Remedy: ", "1 muted: MLC009",
        "Not looked at: p.csv: damaged", "Confusion matrix", "ROC curve", "a note", "0.3", "True", "18,020",
        "[1, 2]",
        "held out 24 rows", "5 folds × 3, stratified", "iris:d_1", "150 rows × 70 columns", "25.0%",
        "and 10 more columns", "abc with changes (changes.diff)", "numpy", "mlctl reproduce iris/species:",
        "sha256sum -c SHA256SUMS", "tagged one", "remember", "too slow", "2026-02-01 09:00 UTC",
    ):  # fmt: skip
        assert told in words, told
    assert len(text) < 300_000
    assert "recommended" in " ".join(read(page(report(), made="now")).texts)


def test_the_page_needs_nothing_from_elsewhere_and_can_be_heard():
    text = page(full(), made="now")
    reader = read(text)
    tags = reader.tags
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags}
    assert all(attrs.get("href", "#").startswith("#") for _, attrs in tags)
    assert not re.search(r"url\(|@import|https?://", text)
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in tags
    pictures = [attrs for tag, attrs in tags if tag == "svg"]
    assert all(attrs["aria-label"] and attrs["role"] == "img" for attrs in pictures)
    assert sum(tag == "details" for tag, _ in tags) >= len(pictures)  # each figure is a table, too
    targets = {attrs["href"][1:] for tag, attrs in tags if tag == "a"}
    assert targets == {attrs["id"] for tag, attrs in tags if tag == "h2"}


def test_nothing_of_the_data_is_taken_for_markup():
    e = replace(
        LINEAR,
        model_version_id=ODD, rung=ODD, description=ODD, parameters={ODD: ODD + "x" * 9999}, tags=[ODD],
        project_name=ODD, model_name=ODD, created_datetime=ODD, notes=[{"text": ODD}], environment={ODD: ODD},
        metric=ODD, git={"commit": ODD},
    )  # fmt: skip
    said = Checked((check("MLC028", ODD, ODD),), (), (ODD,), (ODD,))
    text = page(report(e, said, (), (ODD,), replace(DATASET, project_name=ODD), {ODD: ODD}), made=ODD)
    assert "<script" not in text
    assert "script" not in {tag for tag, _ in read(text).tags}
    assert "x" * 500 not in text
    text.encode()


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_what_did_not_finish_is_a_page_of_what_is_known(status):
    e = experiment(
        9, "svc", None, status=status, evaluations={}, error={"reason": "timeout", "message": "late"}
    )
    words = " ".join(read(page(report(e), made="now")).texts)
    assert "timeout: late" in words
    assert "How to reproduce" not in words
    assert "Scores" not in words
    assert "No check speaks" not in words


def test_a_finished_one_without_a_word_says_so():
    words = " ".join(read(page(report(), made="now")).texts)
    assert "No check speaks." in words
    assert "packages" not in words
