import math

from mlctl.ml.points import search_points
from mlctl.params.rung import Range


def test_nothing_to_search_is_one_point():
    assert search_points({"C": 1.0}, {}, most=12, seed="0 svc") == ({"C": 1.0},)


def test_a_small_grid_is_whole_and_in_order():
    points = search_points({"c": 0}, {"a": [1, 2], "b": ["x", "y"]}, most=4, seed="0")
    assert points == (
        {"c": 0, "a": 1, "b": "x"},
        {"c": 0, "a": 1, "b": "y"},
        {"c": 0, "a": 2, "b": "x"},
        {"c": 0, "a": 2, "b": "y"},
    )


def test_a_large_grid_is_sampled_by_the_seed():
    search = {f"p{i}": list(range(10)) for i in range(12)}  # 10**12 points
    points = search_points({}, search, most=5, seed="0")
    assert len(points) == 5
    assert points == search_points({}, search, most=5, seed="0")
    assert points != search_points({}, search, most=5, seed="1")
    places = [tuple(point.values()) for point in points]
    assert places == sorted(set(places))


def test_ranges_are_drawn_from():
    search = {"C": Range(0.01, 100, log=True), "shift": Range(-1.0, 1.0), "kernel": ["rbf", "linear"]}
    points = search_points({"tol": 0.1}, search, most=200, seed="7")
    assert len(points) == 200
    assert all(0.01 <= point["C"] <= 100 and -1 <= point["shift"] <= 1 for point in points)
    assert 60 < sum(point["C"] < 1 for point in points) < 140
    assert {point["kernel"] for point in points} == {"rbf", "linear"}
    assert {point["tol"] for point in points} == {0.1}


def test_ranges_of_whole_numbers_reach_both_ends():
    few = search_points({}, {"k": Range(1, 3)}, most=12, seed="0")
    assert sorted(point["k"] for point in few) == [1, 2, 3]
    assert all(type(point["k"]) is int for point in few)
    powers = search_points({}, {"k": Range(1, 1000, log=True)}, most=100, seed="0")
    assert all(type(point["k"]) is int and 1 <= point["k"] <= 1000 for point in powers)
    assert sum(math.log10(point["k"]) < 1.5 for point in powers) > 15


def test_a_range_whose_upper_end_rounds_up():
    assert all(p["C"] <= 0.3 for p in search_points({}, {"C": Range(0.1, 0.3, log=True)}, most=50, seed="0"))
