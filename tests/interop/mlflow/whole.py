"""A tracking store with something of everything, as values."""

from mlctl.interop.mlflow.entities import (
    DatasetInput,
    LoggedModel,
    MlflowExperiment,
    ModelVersion,
    Point,
    RegisteredModel,
    Run,
    Tracking,
)

IRIS, GONE = "471639589456381176", "471639589456381177"
FIRST, SECOND, THIRD = "6e0bf80026a013a267c69448e5c96338", "bd0035f80002ec223e25c6dc824bcc89", "c" * 32

DATA = DatasetInput(
    name="iris_nogit_1",
    digest="1da0060a",
    source_type="local",
    source='{"uri": "data.csv"}',
    schema='{"mlflow_colspec": [{"type": "double", "name": "x", "required": true}]}',
    profile='{"num_rows": 150}',
    context="training",
)


def tracking(artifacts=None):
    """Everything, with the artifacts of the first run and its model in folders of that place."""
    first = Run(
        run_id=FIRST,
        experiment_id=IRIS,
        name="iris_nogit_1",
        status="FINISHED",
        start_ms=1_795_276_049_792,
        end_ms=1_795_276_050_659,
        user="kim",
        source_name="mlctl",
        params={"C": "0.1", "model/solver": "lbfgs", "empty": "", "two": "a\nb\n"},
        tags={
            "mlflow.runName": "iris_nogit_1",
            "mlflow.user": "kim",
            "mlflow.source.name": "mlctl",
            "꽃": "붓꽃 'x'",
        },
        points=(
            Point("loss", 1e-300, 5, 0),
            Point("loss", float("nan"), 6, 1),
            Point("loss", float("-inf"), 7, 2),
            Point("test/accuracy", 0.1 + 0.2, 5, 0),
        ),
        inputs=(DATA,),
        model_ids=(f"m-{FIRST}",),
        artifacts=artifacts and artifacts / "run",
    )
    second = Run(
        run_id=SECOND,
        experiment_id=IRIS,
        name="yes",
        status="FAILED",
        start_ms=1_795_276_049_793,
        end_ms=None,
        params={"C": "1"},
        tags={"mlflow.runName": "yes"},
        points=(Point("m", 1.0, 1),),
        deleted=True,
    )
    third = Run(
        run_id=THIRD,
        experiment_id=GONE,
        name="k",
        status="KILLED",
        start_ms=1,
        end_ms=2,
        tags={"mlflow.runName": "k"},
        deleted=True,
    )
    logged = LoggedModel(
        model_id=f"m-{FIRST}",
        name="model",
        experiment_id=IRIS,
        run_id=FIRST,
        created_ms=3,
        updated_ms=4,
        model_type="sklearn",
        params={"C": "0.1"},
        tags={"mlctl.version_id": "iris_nogit_1"},
        points=(Point("loss", 0.5, 9, 2),),
        artifacts=artifacts and artifacts / "model",
    )
    version = ModelVersion(
        version=1,
        run_id=FIRST,
        model_id=f"m-{FIRST}",
        created_ms=5,
        updated_ms=6,
        description="because",
        tags={"mlctl.version_id": "iris_nogit_1"},
        source=f"models:/m-{FIRST}",
    )
    elsewhere = ModelVersion(version=2, run_id="", model_id="", created_ms=7, updated_ms=7, source="s3://b/m")
    return Tracking(
        experiments=(
            MlflowExperiment(
                IRIS, "iris/species", 1, 2, {"mlflow.note.content": "a: b"}, False, (first, second)
            ),
            MlflowExperiment(GONE, "gone", 3, 4, {}, True, (third,)),
        ),
        logged_models=(logged,),
        registered_models=(
            RegisteredModel("iris.species", 1, 2, "words", {"k": "v"}, {"champion": 1}, (version, elsewhere)),
        ),
    )
