from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression, LogisticRegression

from mlctl.actions import example
from mlctl.actions.asked import as_fitted, asked, open_to_ask
from mlctl.actions.evaluate import load_model
from mlctl.actions.fitted_service import fitted as service
from mlctl.actions.logging import Log
from mlctl.actions.logging_model import keep_model
from mlctl.actions.logging_sinks import Ending, Own
from mlctl.errors import NotFoundError
from mlctl.store.store import find, init

NOW = datetime(2026, 1, 9, tzinfo=UTC)
X, Y = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], ["no", "yes", "yes"]


def kept(place, model, rows, *, packages=False):
    store, _ = init(place / "mlstore", NOW)
    store.add_project("p", "", NOW)
    owner, _ = store.add_model("p", "m", "", NOW)
    log = Log(Own(store.new_experiment(owner, None, NOW)), lambda: NOW, lambda: 0.0)
    keep_model(log, model, rows)
    if packages:
        log.text("packages", "packages: {numpy: '2'}\n", "environment.yaml")
    return store, log.end(Ending())


def test_a_model_of_an_array_is_asked_and_answers(tmp_path):
    model = LogisticRegression().fit(X, Y)
    store, found = kept(tmp_path, model, X, packages=True)
    with open_to_ask(store, found) as record:
        assert record.packages == {"numpy": "2"}
        told = asked(record, load_model(record, trust=False))
    assert (told.task, told.classes) == ("classification", ("no", "yes"))
    assert told.frame.to_numpy().tolist() == X
    face = service(store, found, ("",))
    assert face.predict_row({"x0": 2, "x1": 2}).value == model.predict([[2.0, 2.0]])[0]
    assert found.evaluations["size"]["model_bytes"] > 0


@pytest.mark.parametrize(
    ("model", "task", "classes"),
    [
        (LogisticRegression().fit(X, Y), "classification", ("no", "yes")),
        (LinearRegression().fit(X, [0.0, 1.0, 2.0]), "regression", ()),
    ],
)
def test_what_an_example_leaves_open_the_model_says(tmp_path, model, task, classes, monkeypatch):
    bare = example.Example(example.of_rows(X, model).columns, tuple(map(tuple, X)), "", named=False)
    monkeypatch.setattr(example, "of_rows", lambda rows, model: bare)
    store, found = kept(tmp_path, model, pd.DataFrame(X, columns=["x0", "x1"]))
    with open_to_ask(store, found) as record:
        told = asked(record, model)
    assert (told.task, told.classes, record.packages) == (task, classes, {})


def test_without_rows_nothing_can_be_asked(tmp_path):
    store, found = kept(tmp_path, LinearRegression().fit(X, [0.0, 1.0, 2.0]), None)
    with pytest.raises(NotFoundError, match="what p_nogit_1 takes is not known"), open_to_ask(store, found):
        pass


def test_what_has_no_model_at_all_says_so(tmp_path):
    store, _ = init(tmp_path / "mlstore", NOW)
    store.add_project("p", "", NOW)
    owner, _ = store.add_model("p", "m", "", NOW)
    found = store.new_experiment(owner, None, NOW).finish()
    with pytest.raises(NotFoundError, match="keeps no data"), open_to_ask(store, found):
        pass


def test_a_trained_model_is_asked_about_the_rows_that_were_held_out(climbed):
    store = find(climbed, explicit=None, environ={})
    trained = next(e for e in store.experiments().records if e.rung == "logistic_regression")
    with open_to_ask(store, trained) as record:
        told = asked(record, load_model(record, trust=True))
    assert len(told.frame) == trained.test_dataset["rows"]
    assert told.dataset.dataset == trained.training_dataset["dataset"]
    assert (told.target, len(told.classes)) == ("target", 3)


def test_rows_go_in_as_the_model_was_fitted():
    frame = pd.DataFrame(X, columns=["a", "b"])
    assert isinstance(as_fitted(LinearRegression().fit(X, [1, 2, 3]), frame), np.ndarray)
    assert as_fitted(LinearRegression().fit(frame, [1, 2, 3]), frame) is frame
    assert as_fitted(object(), frame) is frame


class Dice(RegressorMixin, BaseEstimator):
    """Answers something else each time."""

    def fit(self, X, y=None):
        self.n_features_in_ = 2
        return self

    def predict(self, X):
        return np.random.default_rng().random(len(X))


def test_a_model_that_skops_does_not_give_back_is_kept_by_joblib_and_the_log_says_so(tmp_path):
    store, found = kept(tmp_path, Dice().fit(X), X)
    told = (store.experiment_directory(found) / "log.txt").read_text()
    assert (found.artifact_file_paths["model"], told[:6]) == ("model.joblib", "model:")
