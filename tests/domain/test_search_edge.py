import pytest

from mlctl.domain.search_edge import Point, at_edge


def points(name, *means):
    return [Point({name: str(value)}, mean) for value, mean in means]


TRIED = points("C", (0.1, 0.8), (1.0, 0.85), (10.0, 0.9))


def test_the_largest_value_is_named_with_what_it_leads_by():
    found = at_edge({"C": 10.0}, TRIED, "accuracy_score", 0.005)
    assert found.code == "MLC025"
    assert found.figure == ("C 10 is the largest value tried (accuracy_score 0.9; with 0.1, 1 at best 0.85)")
    assert found.remedy == "try values of C above 10 as well"


def test_the_smallest_value_of_an_error():
    tried = points("alpha", (0.1, 1.0), (1.0, 2.0), (10.0, 3.0))
    found = at_edge({"alpha": 0.1}, tried, "mean_squared_error", 0.1)
    assert "alpha 0.1 is the smallest value tried" in found.figure
    assert found.remedy == "try values of alpha below 0.1 as well"


@pytest.mark.parametrize(
    ("chosen", "tried", "tolerated"),
    [
        ({"C": 1.0}, TRIED, 0.005),
        ({"C": 10.0}, TRIED, 0.06),
        ({"C": 10.0}, TRIED[1:], 0.005),
        ({"C": 10.0}, [*TRIED[:2], Point({"C": "10.0"}, None)], 0.005),
        ({"C": None}, TRIED, 0.005),
        ({"C": True}, TRIED, 0.005),
        ({"C": "auto"}, TRIED, 0.005),
        ({}, [], 0.005),
        ({"n_neighbors": 1}, points("n_neighbors", (1, 0.9), (5, 0.8), (15, 0.7)), 0.005),
        ({"max_depth": 8}, points("max_depth", (3, 0.7), (5, 0.8), (8, 0.9), ("", 0.85)), 0.005),
        ({"x": float("inf")}, points("x", (1, 0.7), (5, 0.8), ("inf", 0.9)), 0.005),
    ],
    ids=[
        "within", "a plateau", "two values", "it failed", "none", "a truth", "a word", "no search",
        "a natural end", "no limit was tried", "infinite",
    ],
)  # fmt: skip
def test_no_false_alarm(chosen, tried, tolerated):
    assert at_edge(chosen, tried, "accuracy_score", tolerated) is None


def test_the_other_end_of_a_parameter_with_a_natural_one_speaks():
    tried = points("n_neighbors", (1, 0.7), (5, 0.8), (15, 0.9))
    assert at_edge({"n_neighbors": 15}, tried, "accuracy_score", 0.005) is not None


def test_several_parameters_are_told_at_once():
    tried = [Point({"a": str(a), "b": str(b)}, 0.5 + 0.1 * a + 0.1 * b) for a in (0, 1, 2) for b in (0, 1, 2)]
    found = at_edge({"a": 2, "b": 2}, tried, "accuracy_score", 0.005)
    assert found.remedy == "try values of a above 2 as well; try values of b above 2 as well"
