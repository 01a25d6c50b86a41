"""The trigger *degraded* where the champion's predictions were served, and what came true sent back."""

from random import Random

import pytest

from mlctl.actions.performance import performance
from mlctl.actions.performance_sources import Asked
from tests.actions.logged import HEADING, feedback, prediction, write
from tests.actions.retrain.real import BASE, no_training, real, rows, trained, with_champion

__all__ = ["no_training", "real", "trained", "with_champion"]
pytestmark = pytest.mark.usefixtures("no_training")


def serve(real, count, error, *, version=None, more=()):
    """Log predictions that are off by so much, and what came true, and return the champion."""
    champion = version or real.store.champion(real.store.model("p", "m"))
    drawn, lines = Random(0), []
    for at in range(count):
        lines.append(prediction(at, 10.0 + error, version=champion, day=1 + at % 25))
        lines.append(feedback(at, drawn.uniform(0, 30) if error else 10.0 + drawn.gauss(0, 1), day=28))
    write(real.folder / "log", *lines, *more, head={**HEADING, "model": "m", "version": champion})
    return champion


def looked(real, **degraded):
    return real.run(degraded={"checks": 2, "served": "log", **degraded})


def test_what_was_served_is_what_counts(with_champion):
    real = with_champion
    real.feed(rows(BASE) + rows(300, start=BASE))  # by newer rows it holds
    champion = serve(real, 300, 5.0)
    came = looked(real)
    assert came.outcome == "nothing"
    told = came.found["looked"]
    assert (told["degraded"], told["champion"], told["served_rows"]) == (True, champion, 300)
    assert told["said"].startswith("served: r2_score ")
    assert told["upper"] < told["reference"] - told["tolerance"]
    came = looked(real)  # the second check in a row
    assert [fired.trigger for fired in came.fired] == ["degraded"]
    assert came.fired[0].why.startswith("served: r2_score ")


def test_a_tolerance_of_ones_own(with_champion):
    real = with_champion
    serve(real, 300, 5.0)
    assert looked(real, tolerance=50.0).found["looked"]["degraded"] is False


@pytest.mark.parametrize(
    ("served", "why"),
    [
        (None, "there is no served log in"),
        ({"count": 30}, "30 rows: under 200 nothing is said"),
        ({"count": 300, "version": "p_nogit_99"}, "has no prediction of p_"),
    ],
)
def test_where_it_tells_nothing_newer_rows_are_looked_at(with_champion, served, why):
    real = with_champion
    real.feed(rows(BASE) + rows(300, start=BASE, slope=-3))
    if served:
        serve(real, error=5.0, **served)
    told = looked(real).found["looked"]
    assert (told["degraded"], told["new_rows"]) == (True, 300)
    assert why in told["said"]


def test_numbers_that_are_none_are_left_out(with_champion):
    real = with_champion
    champion = real.store.champion(real.store.model("p", "m"))
    more = prediction(900, None, version=champion), feedback(900, 1.0)
    serve(real, 300, 5.0, more=more)
    (version,) = performance(real.store, Asked(real.folder / "log")).versions
    assert version.notes == (f"{champion}: 1 row is left out: its numbers are not finite",)
    assert (version.rows, version.verdict.rows) == (301, 300)
