import math

from mlctl.bundle.onnx.agreement import Difference, agreement, coarsest


def test_labels_probabilities_and_refused_rows():
    wanted = [("a", [0.6, 0.4]), ("b", [0.50001, 0.49999]), None, ("a", [0.9, 0.1]), ("a", None)]
    found = [
        ("a", [0.6, 0.4]),
        ("a", [0.49999, 0.50001]),
        ("a", [1.0, 0.0]),
        ("a", [0.89, 0.11]),
        ("b", None),
    ]
    told = agreement(wanted, found)
    assert (told.rows, told.refused, told.labels) == (4, 1, 2)
    assert math.isclose(told.largest, 0.01)
    assert told.differences == [
        Difference(1, "the label is 'a', not 'b'", close=True),
        Difference(3, "a probability is 1.0e-02 off"),
        Difference(4, "the label is 'b', not 'a'"),
    ]


def test_numbers_are_held_against_their_usual_size():
    wanted = [(100.0, None), (200.0, None), (0.0, None), (300.0, None)]
    told = agreement(wanted, [(100.0005, None), (200.0, None), (0.001, None), (math.nan, None)])
    assert [each.row for each in told.differences] == [3]
    assert told.differences[0].what == "nan for 300.0 is inf off"
    assert agreement([(math.nan, None), (0.0, None)], [(math.nan, None), (0.0, None)]).largest == 0.0


def test_the_column_that_suffers_most():
    columns = {
        "small": [0.1, 0.2, None],
        "epoch": [1.7e9, 1.7e9 + 10, 1e300],
        "text": ["a"],
        "one": [5.0, 5.0],
    }
    assert coarsest(columns) == ("epoch", 1.7e9 + 10, 128.0)
    assert coarsest({"text": ["a", None]}) is None
