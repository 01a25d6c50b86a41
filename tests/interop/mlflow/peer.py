"""Run by a Python that has MLflow and no mlctl: print what MLflow reads from a store, as one JSON document.

Usage: python peer.py URI {MODEL_URI: ROWS or null}
"""

import importlib.util
import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import mlflow  # noqa: E402
import pandas as pd  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import ViewType  # noqa: E402


def run(client, run_id):
    """Everything of one run, asked for by its id."""
    found = client.get_run(run_id)
    info, data = found.info, found.data
    used = [
        (
            i.dataset.name,
            i.dataset.digest,
            i.dataset.source_type,
            i.dataset.source,
            i.dataset.schema,
            i.dataset.profile,
            {t.key: t.value for t in i.tags},
        )
        for i in found.inputs.dataset_inputs
    ]
    made = [one.model_id for one in getattr(getattr(found, "outputs", None), "model_outputs", [])]
    history = {
        key: [(p.step, p.timestamp, repr(p.value)) for p in client.get_metric_history(run_id, key)]
        for key in data.metrics
    }
    return {
        "name": info.run_name,
        "status": info.status,
        "start": info.start_time,
        "end": info.end_time,
        "user": info.user_id,
        "stage": info.lifecycle_stage,
        "params": data.params,
        "tags": data.tags,
        "history": {key: sorted(points) for key, points in history.items()},
        "inputs": used,
        "outputs": made,
        "artifacts": sorted(artifacts(client, run_id, None)),
    }


def artifacts(client, run_id, path):
    """Files below a path, with their sizes."""
    for one in client.list_artifacts(run_id, path):
        if one.is_dir:
            yield from artifacts(client, run_id, one.path)
        else:
            yield one.path, one.file_size


def logged(client, experiment_id):
    """Logged models, where this MLflow has such a thing."""
    if not hasattr(client, "search_logged_models"):
        return {}
    return {
        m.model_id: (m.name, m.source_run_id, str(m.status), m.params, m.tags)
        for m in client.search_logged_models([experiment_id])
    }


def registered(client):
    """The registry."""
    return {
        m.name: {
            "aliases": {a: int(v) for a, v in client.get_registered_model(m.name).aliases.items()},
            "tags": client.get_registered_model(m.name).tags,
            "description": m.description,
            "versions": {
                int(v.version): (
                    v.run_id,
                    v.source,
                    v.description,
                    dict(v.tags),
                    v.current_stage,
                    v.creation_timestamp,
                )
                for v in client.search_model_versions(f"name='{m.name}'")
            },
        }
        for m in client.search_registered_models()
    }


def answers(uri, rows):
    """What a model says to its own example, or to rows."""
    model = mlflow.pyfunc.load_model(uri)
    if rows:
        example = pd.DataFrame(rows["data"], columns=rows["columns"])
    else:
        example = model.metadata.load_input_example(mlflow.artifacts.download_artifacts(uri))
    fitted = mlflow.sklearn.load_model(uri)
    assert list(fitted.predict(example)) == list(model.predict(example))
    own = sorted(name for name in sys.modules if name.startswith("mlctl"))
    return [str(one) for one in model.predict(example)], model.metadata.signature is not None, own


def main(uri, asked):
    """Print the document."""
    assert importlib.util.find_spec("mlctl") is None, "this Python has mlctl"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    client = MlflowClient()
    found = {"version": mlflow.__version__, "experiments": {}, "models": {}}
    for one in client.search_experiments(view_type=ViewType.ALL):
        runs = client.search_runs([one.experiment_id], run_view_type=ViewType.ALL)
        found["experiments"][one.name] = {
            "id": one.experiment_id,
            "tags": one.tags,
            "created": one.creation_time,
            "stage": one.lifecycle_stage,
            "runs": {r.info.run_id: run(client, r.info.run_id) for r in runs},
            "best": [
                r.info.run_id
                for r in client.search_runs(
                    [one.experiment_id],
                    filter_string="metrics.test_accuracy_score > 0.5 and params.rung != 'dummy'",
                    order_by=["metrics.test_accuracy_score DESC"],
                )
            ],
        }
        found["models"].update(logged(client, one.experiment_id))
    found["registry"] = registered(client)
    found["answers"] = {name: answers(name, rows) for name, rows in json.loads(asked).items()}
    print(json.dumps(found))


main(sys.argv[1], sys.argv[2])
