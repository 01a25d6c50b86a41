"""The comparison by way of the index is the one of everything, on stores made at random."""

import json
import math
import random
from collections import Counter
from dataclasses import replace

import pytest

from mlctl.actions import compare_model as action
from mlctl.actions.compare import compare
from mlctl.actions.locate import experiment
from mlctl.actions.recommend import recommended_name
from mlctl.actions.shortlist import front, near, related, shortlist
from mlctl.actions.status import status
from mlctl.domain.metrics import METRICS
from mlctl.domain.records import Experiment
from mlctl.domain.refs import Reference, best_first, latest_first, resolve
from mlctl.errors import MlctlError, NotFoundError
from mlctl.store import Store, init
from tests.store.conftest import NOW

ACCURACY, LOSS = "accuracy_score", "log_loss"


def store_of(folder, seed: int, count: int = 40) -> Store:
    """Fill a store with experiments that tie, lack scores, differ in metric, key, ladder and parameters."""
    dice = random.Random(seed)
    store, _ = init(folder / f"store{seed}", NOW)
    store.add_project("iris", "", NOW)
    model, _ = store.add_model("iris", "species", "", NOW)
    spread = dice.choice([0.0, 0.01, 0.2])
    for number in range(1, count + 1):
        name = f"iris_{dice.choice(['nogit', '3f9a1c'])}_{number // 2 + 1 if number % 7 == 0 else number}"
        record = Experiment(f"{number:032x}", model.model_id, name, store.stamp(NOW), **_fields(dice, spread))
        folder = store.experiment_directory(replace(record, project_name="iris", model_name="species"))
        folder.mkdir(exist_ok=True)
        (folder / "meta.yaml").write_text(json.dumps(record.to_dict()))
    return store


def _fields(dice: random.Random, spread: float) -> dict:
    quality = dice.choice([0.5, 0.9, 0.9, dice.random()])
    key, count = dice.choice([("one", 5), ("one", 5), ("two", 3), ("three", 1)])
    scores = {
        metric: {"mean": sum(folds) / len(folds), "std": spread, "folds": folds}
        for metric in dice.choice([[ACCURACY], [ACCURACY, LOSS], [ACCURACY, LOSS], []])
        if (folds := [quality + dice.gauss(0, spread) for _ in range(count)])
    }
    return {
        "rung": dice.choice(["dummy", "svc", "knn"]),
        "metric": dice.choice([ACCURACY, ACCURACY, ACCURACY, LOSS, ""]),
        "comparison_key": key,
        "status": dice.choice(["finished"] * 6 + ["running", "failed"]),
        "ladder_id": dice.choice(["", "a", "b"]),
        "eligible": {"ok": dice.random() > 0.2, "reasons": []},
        "parameters": dice.choice([{}, {"C": dice.random()}, {"C": 1, "deep": {"er": 2}, "empty": {}}]),
        "evaluations": {"cross_validation": scores, "test": {ACCURACY: quality}} if scores else {},
    }


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_give_the_same(tmp_path, seed):
    store = store_of(tmp_path, seed)
    model = store.model("iris", "species")
    everything = store.experiments("iris", "species").records
    champion = everything[seed].model_version_id
    for metric in (None, ACCURACY, LOSS):
        for top in (1, 3, 1000):
            whole = compare(everything, champion=champion, metric=metric, top=top)
            few = store.ask(
                lambda view, _, given=(top, metric): shortlist(
                    view, top=given[0], wanted=given[1], champion=champion
                ),
                "iris",
                "species",
            )
            assert few is not None
            asked = action.Question(metric=metric, top=top)
            found = store.ask(
                lambda view, _, a=asked: action._first_few(view, a, champion), "iris", "species"
            )
            assert found == whole
            assert few.shown == tuple(row.experiment.model_version_id for row in whole.rows)
    named, asked = everything[3:9], action.Question()
    found, _ = action.compare_asked(store, model, named, asked)
    assert found == compare(named, peers=everything, champion=store.champion(model))


def meant(store: Store, word: str, project: str | None = None) -> object:
    try:
        return experiment(store, word, project)
    except NotFoundError as error:
        return error.message


@pytest.mark.parametrize("seed", range(5))
def test_references_mean_the_same(tmp_path, seed):
    store = store_of(tmp_path, seed, 12)
    everything = store.experiments().records
    for word in (
        "latest",
        "best",
        "baseline",
        "recommended",
        "champion",
        "3",
        "iris_nogit_5",
        "99",
        "iris_nogit_1",
    ):
        try:
            wanted = resolve(
                Reference("", word), everything, recommended=lambda: recommended_name(everything)
            )
        except NotFoundError as error:
            wanted = error.message
        assert meant(store, word) == meant(store, word, "iris") == wanted


@pytest.mark.parametrize("seed", range(5))
def test_the_status_is_the_one_of_everything(tmp_path, seed):
    store = store_of(tmp_path, seed)
    store.add_model("iris", "empty", "", NOW)
    everything = store.experiments().records
    empty, told = status(store).models
    assert (empty.counts, empty.best, empty.latest) == ({}, None, store.stamp(NOW))
    assert told.counts == Counter(e.status for e in everything)
    assert told.best == next(iter(best_first(everything)), None)
    assert told.recommended == recommended_name(everything)
    assert told.latest == latest_first(everything)[0].created_datetime


def test_the_status_of_what_cannot_be_ranked_by_columns(tmp_path):
    store = store_of(tmp_path, 2, 6)
    folder = store.experiment_directory(store.experiments().records[0])
    tree = json.loads((folder / "meta.yaml").read_text())
    tree["evaluations"] = {"test": {ACCURACY: math.nan}}
    (folder / "meta.yaml").write_text(json.dumps(tree).replace("NaN", ".nan"))
    everything = store.experiments().records
    (told,) = status(store).models
    assert told.best == next(iter(best_first(everything)), None)
    assert told.counts == Counter(e.status for e in everything)


def test_what_needs_all_of_them_is_left_to_all(tmp_path):
    store = store_of(tmp_path, 1, 0)
    model = store.model("iris", "species")
    asked = action.Question(top=3)
    assert action.compare_asked(store, model, (), asked) == (None, ())

    def few() -> object:
        return store.ask(lambda view, _: shortlist(view, top=3, wanted=None, champion=None))

    store.new_experiment(model, None, NOW, metric=ACCURACY).finish()
    assert few() is None
    logged = {"logged": {"loss": 0.1}}
    store.new_experiment(model, None, NOW, metric="loss", evaluations=logged).finish()
    assert few() is None
    assert store.ask(lambda view, _: front(view, None)) is None
    assert experiment(store, "best").model_version_id == "iris_nogit_2"
    folds = {"mean": float("nan"), "std": 0.0, "folds": [float("nan"), 1.0]}
    odd = {"cross_validation": {ACCURACY: folds}}
    store.new_experiment(model, None, NOW, metric=ACCURACY, evaluations=odd).finish()
    assert few() is None
    found, _ = action.compare_asked(store, model, (), asked)
    assert [row.experiment.model_version_id for row in found.rows][-1] == "iris_nogit_3"


def test_what_is_filtered_or_sorted_is_compared_whole(tmp_path):
    store = store_of(tmp_path, 4, 12)
    model, everything = store.model("iris", "species"), store.experiments().records
    for given in ({"keep": "rung != dummy"}, {"sort": "-number"}, {"top": None}):
        asked = action.Question(**{"top": 3} | given)
        found, damaged = action.compare_asked(store, model, (), asked)
        assert found == asked.answer(everything, None)
        assert damaged == ()


def test_nobody_is_best_where_none_has_a_score_in_its_own_metric(tmp_path):
    store = store_of(tmp_path, 1, 0)
    model = store.model("iris", "species")
    folds = {"cross_validation": {ACCURACY: {"mean": 0.5, "std": 0.0, "folds": [0.5, 0.5]}}}
    made = store.new_experiment(model, None, NOW, metric=LOSS, evaluations=folds).finish()
    found, _ = action.compare_asked(store, model, (), action.Question(ACCURACY, top=1))
    assert found == compare([made], metric=ACCURACY, top=1)


def test_a_metric_without_scores_has_no_front(tmp_path):
    store = store_of(tmp_path, 1, 0)
    model = store.model("iris", "species")
    store.new_experiment(model, None, NOW, metric=ACCURACY).finish()
    assert store.ask(lambda view, _: front(view, None)) is None
    with pytest.raises(MlctlError, match="no best"):
        experiment(store, "best")


def test_an_unknown_metric_is_told_as_ever(tmp_path):
    store = store_of(tmp_path, 2, 5)
    with pytest.raises(MlctlError, match="unknown metric 'nonsense'"):
        action.compare_asked(store, store.model("iris", "species"), (), action.Question("nonsense", top=2))


def test_the_bound_holds_every_one_that_may_tie():
    metric = METRICS[ACCURACY]
    assert near(metric, [0.9], 0.25, 0.005) is None
    assert near(metric, [0.9, float("inf")], 0.25, 0.005) is None
    found = near(METRICS[LOSS], [0.5, 0.7], 0.25, 0.0)
    assert (found.folds, found.mean, found.sign) == (2, 0.6, -1)
    # sqrt(1/2 + 1/4) times the deviation of the folds, sqrt(0.02)
    assert found.width == pytest.approx(0.8660254 * 0.14142136, rel=1e-6)


def test_peers_of_one(tmp_path):
    store = store_of(tmp_path, 3, 20)
    everything = store.experiments().records
    one = next(e for e in everything if e.ladder_id)
    wanted = [e for e in everything if e.comparison_key == one.comparison_key or e.ladder_id == one.ladder_id]
    assert list(related(store, one)) == wanted
    assert isinstance(one, Experiment)
