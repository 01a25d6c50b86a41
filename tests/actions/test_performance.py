from dataclasses import replace
from pathlib import Path

import pytest

from mlctl.actions.performance import of_champion, performance
from mlctl.actions.performance_sources import NEWEST, Asked
from mlctl.errors import DataError, NotFoundError, UsageError
from mlctl.store.store import find
from tests.actions.logged import HEADING, feedback, prediction, table, write

CHANCES = {"no": 0.25, "yes": 0.75}
HEAD = "id,when,predicted,probability_no,probability_yes,model_version_id"


@pytest.fixture
def store(shop):
    return find(shop, explicit=None, environ={})


def served(right, wrong, *, first=0, day=1, version="shop_nogit_3", actual="yes"):
    """Return lines of predictions that say yes, and of what came true: the wrong ones come first."""
    lines = []
    for at in range(first, first + right + wrong):
        lines.append(prediction(at, "yes", version=version, day=day, probabilities=CHANCES))
        lines.append(feedback(at, "no" if at < first + wrong else actual))
    return lines


def test_a_model_that_holds(store):
    write(Path("log"), *served(190, 20), prediction(999, "yes"))
    found = performance(store, Asked(Path("log"), metrics=("auc",)))
    (version,) = found.versions
    assert (found.predictions, found.matched, found.unknown, found.fallen) == (211, 210, 0, False)
    assert (version.model_version_id, version.project_name, version.model_name) == (
        "shop_nogit_3",
        "shop",
        "buys",
    )
    assert (version.metric, version.predictions, version.rows, version.current) == (
        "accuracy_score",
        211,
        210,
        True,
    )
    accuracy, auc = version.newest
    reference = store.experiments().records[2].score("test", "accuracy_score")
    assert (accuracy.estimate, accuracy.reference) == (190 / 210, reference)
    assert (auc.metric, auc.estimate) == ("roc_auc", 0.5)
    assert auc.fallen is True  # a further metric is judged, and decides nothing
    assert version.all == version.newest
    assert [period.period for period in version.periods] == ["2026-01-01"] * 2


def test_the_newest_rows_decide(store):
    write(Path("log"), *served(400, 0), *served(100, 100, first=1000, day=9))
    found = performance(store, Asked(Path("log"), by="week", last=200))
    (version,) = found.versions
    assert (version.verdict.rows, version.verdict.estimate, version.verdict.fallen) == (200, 0.5, True)
    assert found.fallen is True
    assert version.all[0].estimate == 500 / 600
    told = [(period.period, period.score.rows, period.score.estimate) for period in version.periods]
    assert told == [("2025-12-29", 400, 1.0), ("2026-01-05", 200, 0.5)]


def test_each_version_against_its_own_reference(store):
    write(Path("log"), *served(0, 250, version="shop_nogit_2"), *served(240, 10, first=500, day=2))
    write(Path("log"), *served(1, 1, version="shop_nogit_9", first=900), name="2")
    found = performance(store, Asked(Path("log")))
    assert [(v.model_version_id, v.current, v.verdict.fallen) for v in found.versions] == [
        ("shop_nogit_2", False, True),
        ("shop_nogit_3", True, False),
    ]
    assert found.fallen is False  # what is no longer in use is no matter
    _, second, third = store.experiments().records
    references = [v.verdict.reference for v in found.versions]
    assert references == [e.score("test", "accuracy_score") for e in (second, third)]
    assert found.notes == (
        "left out are predictions of other versions, or of ones that are not in this store: shop_nogit_9 (2)",
    )
    only = performance(store, Asked(Path("log"), experiment=second))
    assert [v.model_version_id for v in only.versions] == ["shop_nogit_2"]
    assert only.fallen is True
    assert performance(store, Asked(Path("log"), project="shop", model="buys")).versions == found.versions


def test_a_version_of_which_nothing_is_held_out(store):
    write(Path("log"), *served(5, 5, version="shop_nogit_2"), *served(5, 5, first=100, day=2))
    directory = store.experiment_directory(store.experiments().records[1])
    (directory / "predictions.csv").unlink()
    found = performance(store, Asked(Path("log")))
    assert [v.model_version_id for v in found.versions] == ["shop_nogit_3"]
    assert found.notes[0].startswith("not scored: shop_nogit_2 has no held-out predictions")
    with pytest.raises(NotFoundError, match="shop_nogit_2 has no held-out predictions"):
        performance(store, Asked(Path("log"), experiment=store.experiments().records[1]))


def test_nothing_is_said_of_few_rows(store):
    write(Path("log"), *served(5, 5))
    assert performance(store, Asked(Path("log"))).fallen is None


def test_what_a_person_should_know(store):
    write(Path("log"), *served(3, 1, actual="maybe"))
    (version,) = performance(store, Asked(Path("log"))).versions
    assert version.notes == (
        "shop_nogit_3 does not know the actual labels 'maybe' (3): none of them can be right",
    )


def predicted(rows):
    return table(Path("predicted.csv"), HEAD, rows)


def test_files_with_a_key_and_a_time(store):
    told = [(at, f"2026-01-{1 + at // 100:02d}", "yes", 0.25, 0.75, "shop_nogit_3") for at in range(300)]
    actuals = table(Path("actuals.csv"), "id,buys,more", [(at, "yes", "x") for at in range(50, 350)])
    asked = Asked(predicted(told), actuals, "id", time="when")
    found = performance(store, asked)
    assert (found.predictions, found.matched, found.unknown) == (300, 250, 50)
    assert [(p.period, p.score.rows) for p in found.versions[0].periods] == [
        ("2026-01-01", 50),
        ("2026-01-02", 100),
        ("2026-01-03", 100),
    ]
    (version,) = performance(store, replace(asked, time=None)).versions
    assert version.periods == ()
    assert version.notes == ("shop_nogit_3: not by time, for the times of its predictions are not known",)
    with pytest.raises(DataError, match=r"neither predicted\.csv nor actuals\.csv has a column 'at'"):
        performance(store, replace(asked, time="at"))


def test_versions_of_a_file_without_times_are_all_in_use(store):
    told = [(at, "", "yes", 0.25, 0.75, f"shop_nogit_{2 + at % 2}") for at in range(500)]
    actuals = table(Path("actuals.csv"), "id,x", [(at, "yes" if at % 2 else "no") for at in range(500)])
    found = performance(store, Asked(predicted(told), actuals, "id"))
    assert [(v.current, v.verdict.fallen) for v in found.versions] == [(True, True), (True, False)]
    assert found.fallen is True


def test_a_log_with_a_file(store):
    write(Path("log"), *served(250, 0))
    actuals = table(Path("actuals.csv"), "customer,buys", [(at, "no") for at in range(250)])
    found = performance(store, Asked(Path("log"), actuals, "customer"))
    assert found.versions[0].verdict.estimate == 0.0


def test_no_actual_value_of_the_versions_that_are_known(store):
    write(
        Path("log"), prediction(1, "yes"), prediction(2, "yes", version="other_nogit_1"), feedback(2, "yes")
    )
    with pytest.raises(DataError, match="no prediction of shop_nogit_3 has an actual value"):
        performance(store, Asked(Path("log")))


@pytest.mark.parametrize(
    ("asked", "error", "why"),
    [
        ({"source": Path("none")}, NotFoundError, "there is no served log in 'none'"),
        ({"actuals": Path("actuals.csv")}, UsageError, "by which column"),
        ({"source": Path("predicted.csv")}, UsageError, "is a file of predictions"),
        ({"metrics": ("fuzz",)}, UsageError, "there is no metric 'fuzz'"),
        ({"metrics": ("r2",)}, UsageError, "r2_score is a metric of regression"),
        (
            {"model": "other"},
            NotFoundError,
            "'log' has no prediction of other: its predictions are those of shop_",
        ),
        ({"source": Path("other")}, NotFoundError, "nothing in this store is known of zoo_nogit_1"),
        (
            {"source": Path("none"), "actuals": Path("actuals.csv"), "key": "id"},
            NotFoundError,
            "no served log",
        ),
    ],
)
def test_what_is_wrong_is_told(store, asked, error, why):
    write(Path("log"), *served(2, 2))
    write(Path("other"), *served(2, 2, version="zoo_nogit_1"), head={**HEADING, "model": "cats"})
    predicted([(1, "", "yes", 0.25, 0.75, "shop_nogit_3")])
    table(Path("actuals.csv"), "id,buys", [(1, "yes")])
    with pytest.raises(error, match=why):
        performance(store, Asked(**{"source": Path("log"), **asked}))


def test_a_version_that_did_not_predict(store):
    write(Path("log"), *served(2, 2))
    with pytest.raises(NotFoundError, match="has no prediction of shop_nogit_2"):
        performance(store, Asked(Path("log"), experiment=store.experiments().records[1]))


def test_the_champion_by_the_newest_rows(store):
    write(Path("log"), *served(0, NEWEST), *served(NEWEST, 0, first=NEWEST, day=2))
    champion = store.experiments().records[2]
    assert of_champion(store, champion, Path("log"), 0.01).verdict.estimate == 1.0
    assert of_champion(store, champion, Path("log"), 0.01).verdict.tolerance == 0.01
