"""Make a small file store with a real MLflow, as a person's scripts would: ``python make.py DIR``.

Run it with the Python of ``.mlflow/VERSION`` (``make mlflow`` makes those). The stores beside this file were
made so and then cut down; the tests need no MLflow to read them, and one gated test makes them anew.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")

import mlflow
import mlflow.sklearn
import pandas as pd
from mlflow.tracking import MlflowClient
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MAJOR = int(mlflow.__version__.split(".")[0])


def rows():
    """Return two columns and a label that a line separates nearly."""
    frame = pd.DataFrame({"width": [i % 7 / 2 for i in range(40)], "length": [i % 5 / 3 for i in range(40)]})
    label = ["big" if w + n > 2 else "small" for w, n in zip(frame.width, frame.length, strict=True)]
    return frame, label


def main(place, *words):
    """Write the store."""
    where = place if "://" in place else Path(place).resolve().as_uri()
    mlflow.set_tracking_uri(where)
    client = MlflowClient()
    flowers = client.create_experiment("flowers", tags={"team": "garden"})
    mlflow.set_experiment("flowers")
    frame, label = rows()
    mlflow.sklearn.autolog(log_models=True, disable="noauto" in words)
    with mlflow.start_run(run_name="auto") as auto:
        make_pipeline(StandardScaler(), LogisticRegression(C=0.5)).fit(frame, label)
    mlflow.sklearn.autolog(disable=True)
    with mlflow.start_run(run_name="parent", description="a sweep") as parent:
        mlflow.log_params({"alpha": 0.5, "note/deep": "two\nlines"})
        for step in range(3):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metric("odd/nan", float("nan"))
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("loss", float("inf"))
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "plot.txt").write_text("a picture\n")
            mlflow.log_artifacts(folder, "plots")
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, label)
        named = {"name": "clf"} if MAJOR >= 3 else {"artifact_path": "clf"}
        info = mlflow.sklearn.log_model(
            model, input_example=frame.head(3), registered_model_name="flower clf", **named
        )
    try:
        with mlflow.start_run(run_name="broken"):
            raise RuntimeError("out of soil")
    except RuntimeError:
        pass
    gone = client.create_run(flowers, run_name="gone")
    client.delete_run(gone.info.run_id)
    open_run = client.create_run(flowers, run_name="open")
    client.log_metric(open_run.info.run_id, "loss", 0.25, step=7)
    old = client.create_experiment("old things")
    client.set_terminated(client.create_run(old, run_name="ancient").info.run_id)
    client.delete_experiment(old)
    client.set_registered_model_alias("flower clf", "champion", "1")
    if MAJOR < 3:
        client.create_registered_model("staged")
        client.create_model_version("staged", f"runs:/{auto.info.run_id}/model", auto.info.run_id)
        client.transition_model_version_stage("staged", "1", "Production")
    print(info.model_uri, parent.info.run_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
