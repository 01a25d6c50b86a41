"""A store with experiments that have held-out predictions and were never trained."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from mlctl.domain.records import Experiment
from mlctl.store.store import Store
from tests.actions.records import scored

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
YES_NO = "row,actual,predicted,probability_no,probability_yes\n" + "".join(
    f"{at},{'yes' if at % 2 else 'no'},{'yes' if at % 2 else 'no'},{0.1 if at % 2 else 0.9},"
    f"{0.9 if at % 2 else 0.1}\n"
    for at in range(400)
)
"""400 rows that are all right, said to be so with 90 %."""

PARAMS = "data: {target: k, positive: yes}\nchecks: {mute: []}\n"


def experiment(
    store: Store,
    rung: str = "logistic_regression",
    *,
    predictions: str | bytes = YES_NO,
    folds: Sequence[float] = (0.9, 0.91, 0.9, 0.89, 0.9),
    params: str = PARAMS,
    files: dict[str, str] | None = None,
    **fields: Any,
) -> Experiment:
    """Finish an experiment of shop/kind with these files; ``files`` is artifact name to text, as NAME.csv."""
    store.add_project("shop", "", NOW)
    model, _ = store.add_model("shop", "kind", "", NOW)
    metric = fields.pop("metric", "accuracy_score")
    given: dict[str, Any] = {
        "rung": rung,
        "rung_index": 1,
        "task": "classification",
        "metric": metric,
        "ladder_id": "ladder",
        "comparison_key": "same",
        "validation_dataset": {"test_to_train": 0.25, "folds": 5, "repeats": 1, "kind": "stratified"},
    }
    opened = store.new_experiment(model, None, NOW, **{**given, **fields})
    opened.write("predictions.csv", predictions)
    opened.write("params.yaml", params)
    names = {"predictions": "predictions.csv", "parameters": "params.yaml"}
    for name, text in (files or {}).items():
        opened.write(f"{name}.csv", text)
        names[name] = f"{name}.csv"
    train, test = (0.5, 0.5) if rung == "dummy" else (0.91, 0.9)
    scores = {
        "train": {metric: train},
        "cross_validation": {metric: scored(list(folds))},
        "test": {metric: test},
    }
    return opened.finish(
        evaluations=scores,
        artifact_file_paths=names,
        training_dataset={"rows": 1600},
        warnings=fields.get("warnings", []),
    )
