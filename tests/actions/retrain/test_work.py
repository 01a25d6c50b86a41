"""What the data sets off, in earnest: real data, real models, the real gate."""

import shutil
from dataclasses import replace

import pytest

from mlctl.actions.retrain import building, fetching, gating, looking
from mlctl.actions.retrain.child import Bench
from mlctl.actions.retrain.order import RunOrder, write_order
from mlctl.domain.metrics import METRICS
from mlctl.errors import DataError
from mlctl.stats.paired import Interval
from mlctl.store.champion import Event
from mlctl.store.journal import write_result
from tests.actions.retrain.real import BASE, COLUMNS, no_training, real, rows, trained, with_champion

__all__ = ["no_training", "real", "trained", "with_champion"]
pretending = pytest.mark.usefixtures("no_training")


def test_new_data(with_champion):
    real = with_champion
    came = real.run(new_data=None)
    assert (came.outcome, came.reasons) == ("nothing", ("nothing that is watched has fired",))
    real.feed(rows(BASE + 90))
    assert real.run(new_data=None).outcome == "nothing"  # fewer than 100
    real.feed(rows(BASE + 110))
    came = real.run(new_data=None)
    assert came.fired[0].why == "110 new rows, at least 100 are asked for"
    assert came.outcome in ("kept", "undecided")
    assert came.found["gate"]["error_rate"] == pytest.approx(0.6 / 365.25, rel=0.01)
    assert came.found["dataset"] == came.found["rungs"][0]
    assert real.run(new_data=None).outcome == "nothing"  # these rows were tried
    real.feed(rows(BASE + 130))
    assert real.run(new_data=None).outcome == "nothing"  # since then only 20 came


def test_the_first_training_is_set_off_by_any_data(real):
    real.feed(rows(1200))
    came = real.run(new_data=None)
    assert (came.outcome, came.fired[0].why) == ("promoted", "there is no champion yet")
    assert came.found["champion"] == came.found["challenger"]


def test_a_changed_schema_is_no_trigger(with_champion):
    real = with_champion
    real.feed([[w, z, y] for w, _, z, y in rows(BASE + 500)], ["when", "z", "y"])
    came = real.run(new_data=None)
    assert (came.outcome, came.code) == ("refused", 5)
    assert "'x'" in came.reasons[0]
    assert came.found["step"] == "fetch"
    real.feed([[w, "text" + z, z, y] for w, _, z, y in rows(BASE + 500)], COLUMNS)
    assert real.run(schedule="@daily").outcome == "refused"


@pretending
def test_a_champion_that_is_worse_at_two_checks_in_a_row(with_champion):
    real = with_champion
    real.feed(rows(BASE) + rows(100, start=BASE, slope=-3))
    came = real.run(degraded=None)
    assert came.outcome == "nothing"
    assert came.found["looked"]["degraded"] is None
    assert came.found["looked"]["said"] == "100 new rows: under 200 nothing is said of the champion"
    real.feed(rows(BASE) + rows(2000, start=BASE, slope=-3))
    came = real.run(degraded=None)
    assert came.outcome == "nothing"
    looked = came.found["looked"]
    assert looked["degraded"] is True
    assert looked["upper"] < looked["reference"] - looked["tolerance"]
    assert (looked["tolerance"], looked["new_rows"]) == (0.005, 2000)
    assert came.warnings[-1] == f"the champion is worse: {looked['said']}"
    came = real.run(degraded=None)
    assert [fired.trigger for fired in came.fired] == ["degraded"]
    assert came.fired[0].why.endswith("; so it was at 2 checks in a row")
    assert real.run(degraded=None).outcome == "nothing"  # it counts from anew


@pretending
def test_one_look_is_enough_where_the_file_says_so(with_champion):
    real = with_champion
    real.feed(rows(BASE) + rows(500, start=BASE, slope=-3))
    came = real.run(degraded={"checks": 1, "tolerance": 0.1})
    assert [fired.trigger for fired in came.fired] == ["degraded"]
    assert came.found["looked"]["tolerance"] == 0.1


@pretending
def test_drift_warns_and_trains_where_the_file_says_so(with_champion):
    real = with_champion
    assert real.run(drift=None).found["looked"]["drifted"] is None  # no new rows
    real.feed(rows(BASE) + rows(600, start=BASE, shift=20))
    came = real.run(drift=None)
    assert came.outcome == "nothing"
    assert came.found["looked"]["drifted"] is True
    assert came.warnings[-1].startswith("drift: ")
    came = real.run(drift={"train": True})
    assert [fired.trigger for fired in came.fired] == ["drift"]


@pretending
def test_use(with_champion):
    real = with_champion
    journal = real.store.retraining.journal("p", "m")
    champion = real.store.champion(real.store.model("p", "m"))
    assert real.run(usage={"min_predictions": 100}).outcome == "nothing"
    journal.add_served(champion, 70, real.now)
    journal.add_served("p_nogit_99", 70, real.now)
    assert real.run(usage={"min_predictions": 100}).outcome == "nothing"
    journal.add_served(champion, 40, real.now)
    came = real.run(usage={"min_predictions": 100})
    assert came.fired[0].why == "110 predictions served, every 100 are asked for"
    assert came.outcome in ("kept", "undecided")
    assert real.run(usage={"min_predictions": 100}).outcome == "nothing"


def test_classes_without_a_time(real):
    def labelled(count, start=0, flip=False):
        return [[x, z, "yes" if (float(x) > 5) != flip else "no"] for _, x, z, _ in rows(count, start=start)]

    asked = {"data": {"path": "data.csv", "target": "y"}, "ladder": ("decision_tree",)}
    columns = ["x", "z", "y"]
    real.feed(labelled(1000), columns)
    assert real.run(**asked).outcome == "promoted"
    real.feed(labelled(1000) + labelled(400, 1000, flip=True), columns)
    came = real.run(**asked, degraded={"checks": 1})
    assert came.found["looked"]["degraded"] is True
    assert came.found["looked"]["score"] < 0.1
    assert came.fired[0].trigger == "degraded"


def test_a_candidate_that_is_champion_already(with_champion):
    real = with_champion
    champion = real.store.champion(real.store.model("p", "m"))
    journal = real.store.retraining.journal("p", "m")
    directory = journal.directory("again")
    for began, outcome in (("2020", "promoted"), ("2030", "kept")):
        order = RunOrder(str(real.store.root), "p", "m", "again", began, str(real.folder), None)
        write_order(directory, order, (real.folder / "params.yaml").read_text())
        write_result(directory, "train", {"found": {"challenger": champion, "reasons": []}})
        found = gating.step(Bench(directory))
        assert (found["outcome"], found["after"]) == (outcome, champion)


def test_where_nothing_beats_the_dummy(real):
    noise = [
        [w, x, z, z2] for (w, x, z, _), (_, z2, _, _) in zip(rows(800), rows(800, start=5000), strict=True)
    ]
    real.feed(noise)
    came = real.run()
    assert came.outcome == "kept"
    assert came.found["champion"] is None


def test_a_champion_that_is_gone(with_champion):
    real = with_champion
    model = real.store.model("p", "m")
    champion = real.store.champion(model)
    experiment = next(e for e in real.store.experiments("p", "m").records if e.model_version_id == champion)
    shutil.rmtree(real.store.experiment_directory(experiment))
    came = real.run()
    assert (came.outcome, came.code) == ("failed", 3)
    assert came.reasons == (f"the champion {champion} is gone",)


def bench(real, parameters=None):
    """Return what a step works with, in a run of its own."""
    journal = real.store.retraining.journal("p", "m")
    directory = journal.directory("by_hand")
    order = RunOrder(
        str(real.store.root), "p", "m", "by_hand", "t", str(real.folder), None, ("new_data", "degraded")
    )
    write_order(directory, order, parameters or (real.folder / "params.yaml").read_text())
    return Bench(directory)


def test_data_that_changes_between_two_steps_is_refused(with_champion):
    place = bench(with_champion)
    found = fetching.step(place)
    assert len(fetching.read_fetched(place, found).table.frame) == BASE
    with_champion.feed(rows(BASE + 1))
    with pytest.raises(DataError, match="the data changed after it was fetched"):
        fetching.read_fetched(place, found)


def test_rows_that_came_where_the_old_ones_are_not_kept(with_champion):
    place = bench(with_champion)
    frame = fetching.read_fetched(place, fetching.step(place)).table.frame
    dataset = place.store.dataset("p", "p_nogit_1")
    assert fetching.came(place, frame, dataset) == 0
    assert fetching.came(place, frame, replace(dataset, archive={}, rows=BASE - 7)) == 7
    damaged = replace(dataset, archive={**dataset.archive, "sha256": "0"}, rows=BASE - 9)
    assert fetching.came(place, frame, damaged) == 9


def test_what_was_tried_may_be_gone(with_champion):
    place = bench(with_champion)
    journal = place.store.retraining.journal("p", "m")
    for name, left in (("p_nogit_99", 0), ("p_nogit_1", 0)):
        journal.append("began", name, with_champion.now, triggers=[], covers={})
        journal.append("ended", name, with_champion.now, outcome="kept", seconds=1, dataset=name)
        assert fetching.step(place)["new_rows"] == left


def test_a_champion_that_takes_the_time_for_no_feature(real):
    real.feed(rows(BASE))
    asked = {"data": {"path": "data.csv", "target": "y", "time": "when", "types": {"when": "drop"}}}
    assert real.run(**asked).outcome == "promoted"
    real.feed(rows(BASE) + rows(300, start=BASE, slope=-3))
    assert real.run(**asked, degraded={"checks": 5}).found["looked"]["degraded"] is True


def test_a_champion_that_was_recorded_by_hand_has_no_data(real):
    real.feed(rows(50))
    store = real.store
    store.add_project("p", "", real.now)
    model, _ = store.add_model("p", "m", "", real.now)
    opened = store.new_experiment(model, None, real.now, rung="svc", metric="r2_score")
    opened.finish()
    event = Event(store.stamp(real.now), "me", "promote", None, opened.experiment.model_version_id)
    store.record_event(model, event)
    place = bench(real, "{project: p, model: m, data: {path: data.csv, target: y, time: when}}")
    found = fetching.step(place)
    assert found["rows"] == 50
    assert "champion_fingerprint" not in found


def test_no_champion_is_nothing_to_look_at(real):
    real.store.add_project("p", "", real.now)
    real.store.add_model("p", "m", "", real.now)
    place = bench(real, "{project: p, model: m, data: {path: data.csv, target: y}}")
    place.leave("fetch", {"found": {"fingerprint": "f"}})
    assert looking.step(place) == {"champion": None, "fingerprint": "f"}


@pytest.mark.parametrize(
    ("metric", "lower", "upper", "worse"),
    [
        ("r2_score", 0.5, 0.88, True),
        ("r2_score", 0.5, 0.9, False),
        ("mean_absolute_error", 0.92, 2.0, True),
        ("mean_absolute_error", 0.9, 2.0, False),
    ],
)
def test_worse_beyond_doubt(metric, lower, upper, worse):
    found = looking.is_worse(METRICS[metric], Interval(1.0, lower, upper), 0.9, 0.01)
    assert found == (worse, "at most " + f"{upper:.4g}" if metric == "r2_score" else f"at least {lower:.4g}")


def test_a_metric_that_new_rows_do_not_have(real):
    def labelled(count, start=0, only=None):
        return [[x, z, only or ("yes" if float(x) > 5 else "no")] for _, x, z, _ in rows(count, start=start)]

    asked = {"data": {"path": "data.csv", "target": "y"}, "ladder": ("decision_tree",), "metric": "roc_auc"}
    real.feed(labelled(1000), ["x", "z", "y"])
    assert real.run(**asked).outcome == "promoted"
    real.feed(labelled(1000) + labelled(300, 1000, only="yes"), ["x", "z", "y"])
    came = real.run(**asked, degraded={"checks": 1})
    assert came.outcome == "nothing"
    assert came.found["looked"]["degraded"] is None
    assert came.found["looked"]["said"].startswith("roc_auc of the new rows: ")


def test_a_message_is_sent_by_a_step(with_champion):
    (with_champion.folder / "data.csv").unlink()
    came = with_champion.run(schedule="@daily", notify={"command": "cat > told.txt; exit 3"})
    assert (came.outcome, came.code) == ("failed", 3)
    assert came.failures == ("notify by command: exit code 3",)
    told = with_champion.folder / "told.txt"  # where the parameters file is, not where the call is
    assert told.read_text().startswith("p/m: retraining failed\n\n")


def test_a_bundle_beside_the_parameters_file(with_champion):
    place = bench(with_champion)
    champion = place.store.champion(place.store.model("p", "m"))
    place.leave("gate", {"found": {"after": champion}})
    found = building.step(place)
    assert found["bundle"] == f"{champion}.pyz"
    assert (with_champion.folder / found["bundle"]).is_file()
    assert building.step(place)["tier"] == found["tier"]  # done again after a crash
