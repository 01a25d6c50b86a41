"""The texts beside a pickled scikit-learn model that make its folder an MLflow model.

The model itself is a pickle: the form that MLflow 2.22 to 3.x all read (skops is there since 3.9 only, and a
file of joblib's is refused by all). Source that it needs is carried under ``code/``, which MLflow puts on the
path.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlctl.interop.mlflow.write_meta import dumped

PICKLE = "model.pkl"
CODE = "code"
EXAMPLE = "input_example.json"
SERVING_EXAMPLE = "serving_input_example.json"


@dataclass(frozen=True, slots=True)
class Field:
    """A column that goes in, or what comes out where it has no name."""

    type: str
    """long, integer, double, float, boolean, string, datetime."""
    name: str = ""
    required: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return it as MLflow's signatures have it."""
        named = {"name": self.name} if self.name else {}
        return {"type": self.type, **named, "required": self.required}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the texts say.

    Attributes
    ----------
    created : str
        UTC, as MLflow writes it: ``2026-01-09 12:30:00.000000``.
    python : str
        Version that the model was made with.
    packages : mapping
        What it needs beside MLflow, with the versions that it was made with.
    inputs, outputs : sequence of Field
        The signature; none where it is not known.
    columns, rows : sequence
        An example of what goes in; values are what JSON holds.
    """

    model_id: str
    run_id: str
    created: str
    python: str
    packages: Mapping[str, str]
    size: int
    with_code: bool
    inputs: Sequence[Field] = ()
    outputs: Sequence[Field] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = field(default=())


def texts(facts: ModelFacts) -> dict[str, str]:
    """Return the files of the folder by name, the model and its code aside."""
    found = {
        "MLmodel": dumped(_mlmodel(facts)),
        "requirements.txt": "".join(f"{line}\n" for line in _requirements(facts)),
        "python_env.yaml": dumped(
            {"python": facts.python, "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}
        ),
        "conda.yaml": dumped(
            {
                "channels": ["conda-forge"],
                "dependencies": [f"python={facts.python}", "pip", {"pip": _requirements(facts)}],
                "name": "mlflow-env",
            }
        ),
    }
    if facts.rows:
        example = {"columns": list(facts.columns), "data": [list(row) for row in facts.rows]}
        found[EXAMPLE] = json.dumps(example, ensure_ascii=False)
        found[SERVING_EXAMPLE] = json.dumps({"dataframe_split": example}, ensure_ascii=False, indent=2)
    return found


def _requirements(facts: ModelFacts) -> list[str]:
    return ["mlflow", *(f"{name}=={version}" for name, version in sorted(facts.packages.items()))]


def _mlmodel(facts: ModelFacts) -> dict[str, Any]:
    code = CODE if facts.with_code else None
    meta: dict[str, Any] = {
        "artifact_path": "model",
        "flavors": {
            "python_function": {
                "code": code,
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.sklearn",
                "model_path": PICKLE,
                "predict_fn": "predict",
                "python_version": facts.python,
            },
            "sklearn": {
                "code": code,
                "pickled_model": PICKLE,
                "serialization_format": "pickle",
                "sklearn_version": facts.packages.get("scikit-learn", ""),
            },
        },
        "model_id": facts.model_id,
        "model_size_bytes": facts.size,
        "model_uuid": facts.model_id.removeprefix("m-"),
        "run_id": facts.run_id,
        "utc_time_created": facts.created,
    }
    if facts.inputs:
        meta["signature"] = {
            "inputs": _fields(facts.inputs),
            "outputs": _fields(facts.outputs),
            "params": None,
        }
    if facts.rows:
        meta["saved_input_example_info"] = {
            "artifact_path": EXAMPLE,
            "pandas_orient": "split",
            "serving_input_path": SERVING_EXAMPLE,
            "type": "dataframe",
        }
    return meta


def _fields(fields: Sequence[Field]) -> str:
    return json.dumps([one.to_dict() for one in fields], ensure_ascii=False)
