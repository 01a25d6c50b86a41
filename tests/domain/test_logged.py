from dataclasses import replace

import pytest

from mlctl.domain.logged import (
    best_logged,
    evaluations,
    headline,
    is_only_logged,
    known,
    logged_metric,
    logged_name,
    place,
    primary,
)
from tests.actions.records import LINEAR, experiment


def logged(number, status="finished", metric="", **scores):
    made = experiment(number, "knn")
    made = replace(made, metric=metric, status=status, evaluations={"logged": scores})
    return replace(made, created_datetime=f"2026-01-0{number}T00:00:00.000000Z")


@pytest.mark.parametrize(
    ("metric", "at"),
    [
        ("training_r2_score", ("train", "r2_score")),
        ("rmse", ("logged", "rmse")),
        ("training_", ("logged", "training_")),
        ("test_accuracy_score", ("logged", "test_accuracy_score")),
    ],
)
def test_every_metric_has_its_place_and_comes_back_from_it(metric, at):
    assert place(metric) == at
    assert logged_name(*at) == metric


def test_other_parts_hold_no_logged_metric():
    assert logged_name("cross_validation", "r2_score") is None


def test_the_last_value_of_each_metric_counts():
    points = [("loss", 2.0), ("training_score", 0.5), ("loss", 1.0)]
    assert evaluations(points) == {"logged": {"loss": 1.0}, "train": {"score": 0.5}}


@pytest.mark.parametrize(
    ("name", "arrow"),
    [
        ("rmse", "↓"),
        ("val_rmse", "↓"),
        ("test_f1_score", "↑"),
        ("my_loss", "↓"),
        ("train_time", "↓"),
        ("lift", "↑"),
    ],
)
def test_the_direction_follows_the_name_or_its_words(name, arrow):
    assert logged_metric(name).arrow == arrow
    assert logged_metric(name).name == f"logged.{name}"


def test_what_a_name_means():
    assert known("val_rmse").name == "root_mean_squared_error"
    assert known("lift") is None


def test_the_primary_metric_is_the_first_that_all_have():
    assert primary([logged(1, b=1.0, a=2.0), logged(2, c=1.0, a=1.0, b=1.0)]) == "a"
    assert primary([logged(1, b=1.0), logged(2, c=1.0)]) == "c"
    assert primary([logged(1, a=1.0, b=1.0), logged(2, metric="b", a=1.0, b=1.0)]) == "b"
    assert primary([logged(1, status="failed", a=1.0), LINEAR]) is None


def test_the_best_of_scripts_is_best_in_the_primary_metric():
    found = best_logged([logged(1, rmse=3.0), logged(2, rmse=1.0), logged(3, rmse=float("nan"))])
    assert [e.evaluations["logged"]["rmse"] for e in found] == [1.0, 3.0]
    assert best_logged([LINEAR]) == []
    assert is_only_logged([logged(1, rmse=1.0)])
    assert not is_only_logged([logged(1, rmse=1.0), LINEAR])


def test_a_listing_shows_the_cross_validation_else_what_was_logged():
    assert headline(LINEAR) == ("accuracy_score", LINEAR.score("cross_validation", "accuracy_score"))
    assert headline(logged(1, a=1.0, b=2.0)) == ("a", 1.0)
    assert headline(logged(1, metric="b", a=1.0, b=2.0)) == ("b", 2.0)
    assert headline(logged(1, a=1.0, b=2.0), "b") == ("b", 2.0)
    assert headline(logged(1, a=1.0), "z") == ("a", 1.0)
    assert headline(logged(1)) == ("", None)
