"""A model file is written by whoever wants to: it is refused in words, and never runs on for ever."""

import json
import random

import numpy as np
import pytest

from mlctl.bundle.runtime import FormatError, InputError, load
from tests.bundle.files import changed, model_of, packed, written

ROW = {"sepal length (cm)": 5.1, "sepal width (cm)": 3.5, "petal length (cm)": 1.4, "petal width (cm)": 0.2}
CONSTANT = {"op": "constant", "classes": 0, "number": 1.5}
STEPS = {"op": "pipeline", "estimator": CONSTANT}


def refused(data, words):
    with pytest.raises(FormatError, match=words):
        load(data, numpy=False)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a portable model"),
        (b"PK\x03\x04 something else", "not a portable model"),
        (b"MLCTLPM2" + bytes(8), "newer format"),
        (b"MLCTLPM1" + (1 << 40).to_bytes(8, "little"), "larger than is allowed"),
        (b"MLCTLPM1" + (99).to_bytes(8, "little") + b"{}", "cut short"),
        (packed(b"not JSON"), "not JSON"),
        (packed(b"\xff\xfe"), "not JSON"),
        (packed(b'{"format": NaN}'), "not JSON"),
        (packed(b"[" * 100_000), "not JSON"),
        (packed([]), "no object"),
        (packed({"format": 2}), "of format 2"),
        (packed({"format": 1}), "list of arrays"),
        (packed({"format": 1, "arrays": [["f9", 1]]}), "has an entry that is none"),
        (packed({"format": 1, "arrays": ["f8"]}), "has an entry that is none"),
        (packed({"format": 1, "arrays": [["f8", -1]]}), "of the shape"),
        (packed({"format": 1, "arrays": [["f8", 1, 1, 1, 1]]}), "of the shape"),
        (packed({"format": 1, "arrays": [["f8", True]]}), "of the shape"),
        (packed({"format": 1, "arrays": [["f8", 1 << 47, 1 << 47]]}), "beyond its end"),
        (packed({"format": 1, "arrays": []}, b"12345678"), "8 bytes after its end"),
        (model_of(CONSTANT, task="clustering"), "task is 'clustering'"),
        (model_of(CONSTANT, classes=("a", "b")), "classes do not fit"),
        (model_of(CONSTANT, columns=[{"name": "x", "kind": "number"}] * 2), "names a column twice"),
        (model_of(CONSTANT, columns=[{"name": "x", "kind": "picture"}]), "kind is 'picture'"),
        (model_of(CONSTANT, columns={}), "columns is no list"),
        (model_of(CONSTANT, more=1), "'more'"),
        (model_of([]), "no operation"),
        (model_of({"op": "import", "module": "os"}), "op is 'import'"),
        (model_of({"op": ["constant"]}), "op is"),
        (model_of({**CONSTANT, "then": "x"}), "'then'"),
        (model_of({"op": "constant", "classes": 0}), "number is missing"),
        (model_of({**CONSTANT, "number": True}), "number is True"),
        (model_of({**CONSTANT, "number": "1"}), "number is '1'"),
        (model_of({**CONSTANT, "number": 10**400}), "number is 1000"),
        (model_of({**CONSTANT, "classes": 1.0}), "classes is 1.0"),
        (model_of({"op": "linear", "coef": 0, "intercept": 0.0, "link": "identity"}), "coef is 0"),
    ],
)
def test_files_that_are_none(data, words):
    refused(data, words)


def test_a_number_too_large_for_json_is_not_infinite():
    text = json.dumps({"format": 1}).encode().replace(b"1", b"1e999")
    refused(packed(text), "of format inf")


def test_operations_within_operations_have_an_end():
    node = CONSTANT
    for _ in range(60):
        node = {**STEPS, "steps": [], "estimator": node}
    refused(model_of(node), "too many of them")
    many = {**STEPS, "steps": [{"op": "pass"}] * 100_001}
    refused(model_of(many), "too many of them")


@pytest.mark.parametrize(
    ("step", "kinds", "words"),
    [
        ({"op": "take", "of": [1]}, "n", "index out of bounds"),
        ({"op": "take", "of": [-1]}, "n", "index out of bounds"),
        ({"op": "take", "of": [True]}, "n", "index out of bounds"),
        ({"op": "columns", "branches": [{"of": [3], "step": {"op": "pass"}}]}, "n", "index out of bounds"),
        ({"op": "scale", "over": 0}, "n", "divides by zero"),
        ({"op": "scale", "minus": 1}, "n", "not finite"),
        ({"op": "scale", "minus": 2}, "n", "not f8"),
        ({"op": "clip", "lower": 3, "upper": 0}, "n", "above the upper"),
        ({"op": "clip", "lower": 1, "upper": 1}, "n", "above the upper"),
        ({"op": "normalize", "norm": "l3"}, "n", "norm is 'l3'"),
        ({"op": "check", "gaps": 1}, "n", "gaps is 1"),
        ({"op": "check", "gaps": True}, "t", "numbers only"),
        ({"op": "impute", "fill": 1, "keep": [0], "told": []}, "n", "fills a column with no number"),
        ({"op": "impute_text", "fill": ["x"]}, "n", "texts only"),
        ({"op": "impute_text", "fill": [3]}, "t", "no list of texts"),
        ({"op": "levels", "columns": [{"kept": ["a"]}]}, "n", "texts only"),
        ({"op": "onehot", "columns": [{"width": 1 << 30, "keys": [], "places": []}]}, "t", "width is"),
        ({"op": "onehot", "columns": [{"width": 1 << 20, "keys": [], "places": []}]}, "t", "rows of"),
        ({"op": "onehot", "columns": [{"width": 1, "keys": [1], "places": [1]}]}, "t", "another kind"),
        ({"op": "onehot", "columns": [{"width": 1, "keys": ["a"], "places": [1]}]}, "n", "another kind"),
        ({"op": "onehot", "columns": [{"width": 1, "keys": ["a"], "places": []}]}, "t", "1 keys for 0"),
        ({"op": "onehot", "columns": [{"width": 1, "keys": [[]], "places": [1]}]}, "t", "no plain value"),
        ({"op": "onehot", "columns": [{"width": 1, "keys": ["a"], "places": [2]}]}, "t", "out of bounds"),
        ({"op": "lookup", "columns": [{"keys": ["a"], "lines": 0, "refuse": True}]}, "t", "not f8"),
        ({"op": "lookup", "columns": [{"keys": ["a"], "lines": 4, "refuse": True}]}, "t", "1 keys for 0"),
        ({"op": "bins", "columns": [{"edges": 5}]}, "n", "do not rise"),
        ({"op": "dates", "cyclic": False, "columns": []}, "n", "dates only"),
        ({"op": "clean"}, "n", "texts only"),
        ({"op": "words"}, "n", "one text"),
        ({"op": "polynomial", "sizes": 6, "terms": 6}, "n", "not there"),
        ({"op": "project", "lines": 4, "minus": 0, "over": 0}, "n", "divides by zero"),
        ({"op": "function", "function": "eval"}, "n", "function is 'eval'"),
        ({"op": "power", "method": "exec", "lambdas": 0}, "n", "method is 'exec'"),
        (
            {"op": "answers", "members": [{"estimator": CONSTANT, "gives": "proba"}]},
            "n",
            "does not give proba",
        ),
    ],
)
def test_steps_that_do_not_hold_together(step, kinds, words):
    arrays = (
        ([0.0], "f8"),
        ([np.nan], "f8"),
        ([1], "i4"),
        ([2.0], "f8"),
        ([[1.0]], "f8"),
        ([2.0, 1.0], "f8"),
        ([99], "i4"),
    )
    refused(model_of({**STEPS, "steps": [step]}, kinds, arrays=arrays), words)


def test_rows_that_would_fill_the_memory():
    branch = {"op": "union", "steps": [{"op": "pass"}] * 2}
    node = {**STEPS, "steps": [branch] * 22}
    refused(model_of(node), "rows of 4,194,304 cells")


@pytest.mark.parametrize(
    ("feature", "right", "words"),
    [
        ([0, -1, -1], [0, 0, 0], "not in order"),
        ([0, -1, -1], [1, 0, 0], "not in order"),
        ([0, -1, -1], [7, 0, 0], "not in order"),
        ([5, -1, -1], [2, 0, 0], "not there"),
        ([0, -1, -1], [2, 9, 0], "leaf without values"),
        ([0, -2, -1], [2, 0, 0], "leaf without values"),
        ([0, -1], [2, 0], "not whole"),
        ([], [], "not whole"),
        ([0, 0, -1, -1], [3, 0, 0, 0], "not in order"),
    ],
)
def test_trees_that_would_never_end(feature, right, words):
    node = {
        "op": "forest",
        "classes": 0,
        "gaps": False,
        "feature": 0,
        "threshold": 1,
        "right": 2,
        "leaves": 3,
    }
    arrays = ((feature, "i4"), ([0.0] * len(feature), "f8"), (right, "i4"), ([[1.0]], "f8"))
    refused(model_of(node, arrays=arrays), words)


def test_trees_with_categories_that_are_not_there_and_single_ones_that_are_two():
    node = {"op": "tree", "classes": 0, "gaps": False, "feature": 0, "threshold": 1, "right": 2, "leaves": 3}
    arrays = (([0, -1, -1], "i4"), ([0.0] * 3, "f8"), ([2, 0, 0], "i4"), ([[1.0]], "f8"))
    sorts = (([4, -1, -1], "i4"), (np.zeros((1, 256)), "u1"))
    refused(model_of({**node, "sorts": 4, "codes": 5}, arrays=(*arrays, *sorts)), "a line that is not there")
    two = (([-1, -1], "i4"), ([0.0] * 2, "f8"), ([0, 0], "i4"), ([[1.0]], "f8"))
    refused(model_of(node, arrays=two), "has 2 trees")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"op": "logistic", "coef": 4, "intercept": 3, "link": "none"}, "no class"),
        ({"op": "logistic", "coef": 1, "intercept": 0, "link": "probit"}, "link is 'probit'"),
        ({"op": "gaussian", "mean": 1, "variance": 1, "constant": 0}, "not positive"),
        ({"op": "counts", "weights": 4, "constant": 3}, "no class"),
        ({"op": "layers", "classes": 2, "activation": "relu", "layers": []}, "do not end in the right"),
        ({"op": "layers", "classes": 2, "activation": "swish", "layers": []}, "activation is 'swish'"),
        ({"op": "calibrated", "classes": 2, "members": []}, "no member"),
        ({"op": "vote", "classes": 2, "members": [], "weights": 3, "hard": True}, "do not fit"),
        ({"op": "vote", "classes": 2, "members": [CONSTANT], "weights": 0, "hard": True}, "do not fit"),
        ({"op": "average", "members": [CONSTANT], "weights": 0}, "do not fit"),
        ({"op": "rescaled", "estimator": CONSTANT, "step": {"op": "take", "of": []}}, "no number"),
        (
            {"op": "threshold", "estimator": CONSTANT, "at": 0.5, "positive": 1, "scores": "proba"},
            "without such a score",
        ),
        (
            {"op": "last", "classes": 0, "season": 1.0, "times": 2, "values": 2},
            "do not rise",
        ),
        ({"op": "last", "classes": 1, "season": 1.0, "times": 5, "values": 5}, "label that is not there"),
        ({"op": "last", "classes": 0, "season": 1.0, "times": 3, "values": 3}, "do not rise"),
    ],
)
def test_estimators_that_do_not_hold_together(node, words):
    arrays = (
        ([0.0], "f8"),
        ([[0.0]], "f8"),
        ([2.0, 1.0], "f8"),
        (np.zeros(0), "f8"),
        (np.zeros((0, 1)), "f8"),
        ([7.0], "f8"),
    )
    refused(model_of(node, arrays=arrays), words)


def test_members_that_lack_what_is_asked_of_them():
    proba = {"op": "constant", "classes": 2, "label": 0, "proba": 0}
    hard = {"op": "vote", "classes": 2, "members": [proba], "weights": 1, "hard": True}
    arrays = (([0.5, 0.5], "f8"), ([1.0], "f8"), ([1.0, 1.0], "f8"))
    refused(model_of({**hard, "hard": False, "members": [hard]}, arrays=arrays), "without probabilities")
    for estimator, scores, words in ((proba, "decision", "no decision"), (hard, "proba", "no probabilities")):
        member = {"estimator": estimator, "scores": scores, "temperature": 1.0, "logs": False}
        node = {"op": "calibrated", "classes": 2, "members": [member]}
        refused(model_of(node, arrays=arrays, classes=("a", "b")), words)
    curve = {"curve": "isotonic", "x": 2, "y": 2}
    member = {"estimator": proba, "scores": "proba", "places": [1], "curves": [curve]}
    refused(model_of({"op": "calibrated", "classes": 2, "members": [member]}, arrays=arrays), "do not rise")


def test_machines_and_neighbours_that_do_not_hold_together():
    def broken(kind, **fields):
        return changed(written(kind), lambda header: core(header).update(fields))

    refused(broken("neighbours", neighbours=10_000), "neighbours is 10000")
    refused(broken("neighbours", metric="minkowski", power=-1.0), "not positive")
    refused(broken("neighbours", classes=2), "label that is not there")
    refused(broken("boosting", classes=4), "not f8|no list|trees for|is f8")
    refused(broken("neighbours", starts=core(written("neighbours").header)["ends"], ends=0), "is f8")
    vectors = (([[1.0], [2.0]], "f8"), ([[1.0, 1.0]], "f8"), ([0.0], "f8"))
    svc = {"op": "svc", "kernel": "rbf", "gamma": 1.0, "coef0": 0.0, "degree": 3, "vectors": 0, "dual": 1}
    svc |= {"intercept": 2, "one_against_rest": True, "break_ties": False}
    refused(model_of({**svc, "counts": [2]}, arrays=vectors), "vectors for")
    refused(model_of({**svc, "counts": [1, 2]}, arrays=vectors), "vectors for")
    linked = {"op": "boosting", "classes": 2, "base": 0, "round": False, "second_at_zero": False}
    tree = {"feature": 1, "threshold": 0, "right": 3, "leaves": 2}
    arrays = (([0.0], "f8"), ([-1], "i4"), ([[1.0]], "f8"), ([0], "i4"), ([0.0] * 3, "f8"))
    refused(model_of({**linked, **tree, "link": "softmax"}, arrays=arrays), "more classes")
    three = {**linked, **tree, "link": "softmax", "classes": 3, "base": 4}
    refused(model_of(three, arrays=arrays), "1 trees for 3 sums")
    last = {"op": "last", "classes": 0, "season": 0.0, "times": 0, "values": 0}
    refused(model_of(last, "nn", arrays=arrays), "takes one column")


def test_tables_that_would_fill_the_memory():
    column = {"keys": [], "lines": 0, "refuse": False}
    steps = [{"op": "lookup", "columns": [column] * 3}]
    node = {**STEPS, "steps": steps}
    refused(model_of(node, "ttt", arrays=((np.zeros((1, 1 << 20)), "f8"),)), "rows of 3,145,728 cells")


def core(header):
    """Return the innermost estimator of a header."""
    node = header["model"]
    while "estimator" in node:
        node = node["estimator"]
    return node


def test_a_search_tree_that_points_beyond_itself():
    model = written("neighbours")
    count = model.header["arrays"][core(model.header)["starts"]][1]

    def change(header):
        core(header)["leaf"] = len(header["arrays"])
        header["arrays"].append(["u1", count])

    refused(changed(model, change) + bytes(-len(model.arrays) % 8) + bytes(count), "not whole")


@pytest.mark.parametrize("kind", ["linear", "forest", "boosting", "neighbours"])
def test_any_byte_flipped_or_missing_is_refused_or_harmless(kind):
    data = written(kind).to_bytes()
    chance = random.Random(0)
    for _ in range(150):
        broken = bytearray(data)
        place = chance.randrange(min(len(data), 6000))
        broken[place] ^= 1 << chance.randrange(8)
        try:
            load(bytes(broken), numpy=False).predict_row(ROW)
        except (FormatError, InputError):
            continue
    for place in (0, 7, 15, 40, len(data) // 2, len(data) - 1):
        refused(data[:place], "model file")
    refused(data + b"x", "after its end")


def test_the_same_model_gives_the_same_bytes_and_any_buffer_is_read():
    data = written("linear").to_bytes()
    assert written("linear").to_bytes() == data
    for buffer in (data, bytearray(data), memoryview(data)):
        assert load(buffer, numpy=False).predict_row(ROW).value == 0
    assert len(data) < 2000
