import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

import mlctl.tracking as mlflow
from mlctl.errors import UsageError
from tests.tracking.conftest import only

X, y = load_iris(return_X_y=True, as_frame=True)
MODEL = KNeighborsClassifier(3).fit(X[::2], y[::2])


def test_every_score_is_logged_into_the_open_run(store):
    with mlflow.start_run() as run:
        found = mlflow.evaluate(MODEL, X, targets=y, model_type="classifier")
        assert mlflow.get_run(run.info.run_id).data.metrics == found.metrics
    assert found.metrics["accuracy_score"] == pytest.approx(MODEL.score(X, y))
    assert found.artifacts == {}


def test_without_a_run_it_is_one_of_its_own(store):
    whole: pd.DataFrame = X.assign(kind=y)
    mlflow.evaluate(MODEL, whole, targets="kind")
    assert only(store).status == "finished"
    assert only(store).evaluations["logged"]["accuracy_score"] == pytest.approx(MODEL.score(X, y))


def test_a_stored_model_is_evaluated_by_its_address(store):
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(MODEL, input_example=X)
        found = mlflow.evaluate(f"runs:/{run.info.run_id}/model", X, targets=y)
    assert found.metrics["accuracy_score"] == pytest.approx(MODEL.score(X, y))


def test_what_cannot_be_evaluated(store):
    with pytest.raises(UsageError, match="needs answers"):
        mlflow.evaluate(MODEL, X)
    with pytest.raises(UsageError, match="a KMeans has no scores here as a clusterer"):
        mlflow.evaluate(KMeans(2, n_init=1).fit(X), X, targets=y, model_type="clusterer")
