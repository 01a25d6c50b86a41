"""MLflow's ``mlflow.models``, for what scripts of scikit-learn use of it: ``infer_signature``."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelSignature:
    """Rows as a model takes them, and what it answers: ``log_model`` keeps the first rows as the example."""

    inputs: Any = None
    outputs: Any = None


def infer_signature(model_input: Any = None, model_output: Any = None, params: Any = None) -> ModelSignature:  # noqa: ARG001 - MLflow's arguments
    """Return what ``log_model`` takes as ``signature``."""
    return ModelSignature(model_input, model_output)
