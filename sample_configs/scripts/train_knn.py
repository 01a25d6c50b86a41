"""Three k-nearest-neighbours models of iris; the best by ``target_metric`` is registered. MLflow's names.

python train_knn.py [TARGET_METRIC]
"""

import sys

from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

import mlctl.tracking as mlflow
import mlctl.tracking.sklearn
from mlctl.tracking import MlflowClient

MODELS = {"knn_model_1": 2, "knn_model_2": 3, "knn_model_3": 4}


def train(name, n_neighbors, X_train, y_train, X_test, y_test):
    with mlflow.start_run(run_name=name) as run:
        model = KNeighborsClassifier(n_neighbors=n_neighbors).fit(X_train, y_train)
        mlflow.evaluate(model, X_test, targets=y_test, model_type="classifier")
        return run.info.run_id


def better(client, run_id, target_metric):
    """Tell whether a run beats the version that was registered last."""
    latest = client.get_latest_versions("iris_knn")
    if not latest:
        return True
    before = mlflow.get_run(latest[0].run_id).data.metrics[target_metric]
    return mlflow.get_run(run_id).data.metrics[target_metric] > before


if __name__ == "__main__":
    target_metric = sys.argv[1] if len(sys.argv) > 1 else "accuracy_score"
    X, y = load_iris(return_X_y=True, as_frame=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=2022)

    mlflow.set_experiment("iris/knn")
    mlctl.tracking.sklearn.autolog()
    runs = {name: train(name, k, X_train, y_train, X_test, y_test) for name, k in MODELS.items()}

    scores = {name: mlflow.get_run(run_id).data.metrics[target_metric] for name, run_id in runs.items()}
    best = max(scores, key=scores.get)
    client = MlflowClient()
    if better(client, runs[best], target_metric):
        client.create_model_version(name="iris_knn", source=f"runs:/{runs[best]}/model", run_id=runs[best])
    for name, score in scores.items():
        print(f"{name} {target_metric} {score:.5f}{' best' if name == best else ''}")
