import csv
import os
import threading

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.cluster import KMeans
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import mlctl
from mlctl.tracking import TrackingWarning
from mlctl.tracking.sklearn import autolog, load_model
from tests.tracking.conftest import only

X, y = load_iris(return_X_y=True)


def test_a_fit_logs_itself(store):
    mlctl.autolog()
    model = LogisticRegression(C=0.5, max_iter=1000).fit(X, y)
    found = only(store)
    labels, chances = model.predict(X), model.predict_proba(X)
    assert (found.rung, found.task, found.status, found.description) == (
        "LogisticRegression",
        "classification",
        "finished",
        "LogisticRegression",
    )
    assert found.evaluations["train"] == pytest.approx(
        {
            "accuracy_score": accuracy_score(y, labels),
            "f1_score": f1_score(y, labels, average="weighted"),
            "precision_score": precision_score(y, labels, average="weighted"),
            "recall_score": recall_score(y, labels, average="weighted"),
            "log_loss": log_loss(y, chances),
            "roc_auc": roc_auc_score(y, chances, multi_class="ovr", average="weighted"),
            "score": model.score(X, y),
        }
    )
    assert (found.parameters["C"], found.parameters["max_iter"]) == (0.5, 1000)
    assert found.parameters == model.get_params()
    assert found.training_dataset == {
        "part": "given",
        "rows": 150,
        "columns": 4,
        "said": "150 rows × 4 columns",
    }
    assert found.timings["fit_s"] > 0
    assert np.array_equal(load_model(f"runs:/{found.experiment_id}/model").predict(X), labels)
    tags = store.read_yaml(store.experiment_directory(found) / "mlflow.yaml")["tags"]
    assert tags["estimator_class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert found.tags == []


def test_held_out_rows_are_scored_where_they_are_given(store):
    data, target = load_diabetes(return_X_y=True)
    mlctl.autolog(X_test=data[300:], y_test=target[300:], log_models=False)
    with mlctl.experiment("diabetes/progression") as e:
        model = LinearRegression().fit(data[:300], target[:300])
        e.log_metric("mine", 1.0)
    found = only(store)
    assert found.evaluations["logged"]["test_r2_score"] == pytest.approx(
        model.score(data[300:], target[300:])
    )
    assert set(found.evaluations["train"]) == {
        "mean_absolute_error",
        "mean_squared_error",
        "r2_score",
        "root_mean_squared_error",
        "score",
    }
    assert found.evaluations["logged"]["mine"] == 1.0
    assert (found.project_name, found.test_dataset["rows"]) == ("diabetes", 142)
    assert "model" not in found.artifact_file_paths


def test_a_pipeline_in_a_search_is_one_run(store):
    autolog()
    pipeline = make_pipeline(StandardScaler(), SVC())
    with joblib.parallel_config("threading", n_jobs=2):
        search = GridSearchCV(pipeline, {"svc__C": [0.1, 1.0]}, cv=3).fit(X, y)
    found = only(store)
    assert found.rung == "GridSearchCV"
    assert found.parameters["best_svc__C"] == search.best_params_["svc__C"]
    assert found.parameters["estimator__svc__kernel"] == "rbf"
    assert found.evaluations["logged"]["best_cv_score"] == search.best_score_
    with (store.experiment_directory(found) / "artifacts/cv_results.csv").open() as stream:
        assert [row["param_svc__C"] for row in csv.DictReader(stream)] == ["0.1", "1.0"]


def test_scalers_do_not_log_and_models_of_other_kinds_have_no_scores(store):
    mlctl.autolog()
    StandardScaler().fit(X)
    assert len(store.experiments().records) == 0
    KMeans(2, n_init=1).fit(X)
    found = only(store)
    assert (found.rung, found.task, found.evaluations.get("train")) == ("KMeans", "", None)


def test_disabled_means_disabled(store):
    fit = LinearRegression.fit
    mlctl.autolog()
    assert LinearRegression.fit is not fit
    mlctl.autolog(disable=True)
    assert LinearRegression.fit is fit
    LinearRegression().fit(X, y)
    assert len(store.experiments().records) == 0


def test_classes_that_are_defined_later_log_as_well(store):
    mlctl.autolog()
    mlctl.autolog()  # twice is once

    class Mean(RegressorMixin, BaseEstimator):
        def fit(self, X, y=None):
            self.mean_ = 1.0
            return self

        def predict(self, X):
            return np.full(len(X), self.mean_)

    with pytest.warns(TrackingWarning, match="not logged: PicklingError"):
        Mean().fit(X.tolist(), y)  # a class within a function can be kept in no file
    found = only(store)
    assert found.rung == "Mean"
    assert found.training_dataset["said"] == "150 rows × 4 columns"


def test_a_fit_that_fails_is_the_scripts_own_affair(store):
    mlctl.autolog()
    with pytest.raises(ValueError, match="inconsistent numbers"):
        LinearRegression().fit(X, y[:-1])
    assert len(store.experiments().records) == 0
    LinearRegression().fit(X, y)
    assert len(store.experiments().records) == 1


def test_an_estimator_that_cannot_be_looked_at_is_a_warning(store):
    class Odd(BaseEstimator):
        def __init__(self):
            self.a = 1

        def fit(self, X):
            return self

        @property
        def predict(self):
            raise RuntimeError("not yet")

    class Params(Odd):
        def predict(self, X):
            return X

        def get_params(self, deep=True):
            raise RuntimeError("none of yours")

    mlctl.autolog()
    Odd().fit(X)
    with pytest.warns(TrackingWarning, match="a fit was not logged: RuntimeError: none of yours"):
        Params().fit(X)


def test_fits_in_the_threads_of_a_fit_belong_to_it(store):
    class Both(BaseEstimator):
        def fit(self, X, y=None):
            threads = [threading.Thread(target=LinearRegression().fit, args=(X, y)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return self

        def predict(self, X):
            return X

    mlctl.autolog()
    Both().fit(X, y)
    assert only(store).rung == "Both"


def test_a_forked_worker_logs_nothing(store):
    mlctl.autolog()
    pid = os.fork()
    if pid == 0:
        LinearRegression().fit(X, y)
        os._exit(0)
    os.waitpid(pid, 0)
    assert len(store.experiments().records) == 0
