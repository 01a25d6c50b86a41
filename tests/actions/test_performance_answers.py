import pytest

from mlctl.errors import DataError
from tests.actions.answers import known, told
from tests.actions.logged import moment


@pytest.mark.parametrize(
    ("classes", "given", "labels"),
    [
        (("no", "yes"), ["yes", "no"], ["yes", "no"]),
        (("1", "2"), [1, 2.0, "2", "1.0", True], ["1", "2", "2", "1", "True"]),
        (("0.5", "1.5"), ["0.50", 1.5], ["0.5", "1.5"]),
        (("False", "True"), [True, "true", "FALSE", 1, 0.0], ["True", "True", "False", "True", "False"]),
        (("a", "b"), ["A", 3, None], ["A", "3", "None"]),
    ],
)
def test_labels_by_any_spelling(classes, given, labels):
    found = told([(classes[0], None, value) for value in given], known(classes))
    assert found.truth.tolist() == labels
    assert set(found.predicted.tolist()) == {classes[0]}


def test_probabilities_in_the_order_of_the_classes():
    pairs = [("yes", {"yes": "0.75", "no": 0.25}, "yes"), ("no", {"no": 1, "yes": 0}, "no")]
    assert told(pairs).probabilities.tolist() == [[0.25, 0.75], [1, 0]]
    assert told([*pairs, ("no", None, "no")]).probabilities is None
    assert told([*pairs, ("no", {"no": None, "yes": 1}, "no")]).probabilities is None
    assert told([*pairs, ("no", {"no": "x", "yes": 1}, "no")]).probabilities is None


def test_numbers_and_what_is_none():
    numbers = known((), task="regression")
    found = told(
        [(1, None, "2.5"), (None, None, 1), (1, None, "x"), (1, None, float("nan")), (10**400, None, 1)],
        numbers,
    )
    assert (found.truth.tolist(), found.predicted.tolist(), found.lost) == ([2.5], [1.0], 4)
    assert found.times == (moment(0),)
    with pytest.raises(DataError, match="the actual value 'x' is no finite number"):
        told([(1, None, "2.5"), (1, None, "x")], numbers, strict=True)
    assert told([(1, None, "2.5"), (None, None, 1)], numbers, strict=True).lost == 1
    with pytest.raises(DataError, match="none of 1 predictions of shop_nogit_3 can be scored"):
        told([(None, None, 1)], numbers)
