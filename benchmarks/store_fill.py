"""Make a store of many experiments quickly: their files are written as the store's format has them.

Every ten experiments are a ladder whose first rung is the dummy, and every thousand saw the same rows and
folds. Each has 10 parameters and 10 metrics over five folds. One file of each is read back as a check.

::

    python -m benchmarks.store_fill DIRECTORY --experiments 10000
"""

import argparse
import hashlib
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mlctl.domain.records import Experiment
from mlctl.store import init
from mlctl.store.record_files import read_record_tree

PROJECT, MODEL = "iris", "species"
METRICS = (
    "accuracy_score",
    "balanced_accuracy_score",
    "f1_score",
    "precision_score",
    "recall_score",
    "roc_auc",
    "average_precision_score",
    "matthews_corrcoef",
    "log_loss",
    "brier_score_loss",
)
RUNGS = (
    "dummy",
    "logistic_regression",
    "decision_tree",
    "knn",
    "naive_bayes",
    "svc",
    "random_forest",
    "extra_trees",
    "gradient_boosting",
    "mlp",
)
_PARAMS = "project: iris\nmodel: species\ndata:\n  source: sklearn:iris\n"
_LOG = "a rung\n"
_START = datetime(2026, 1, 1, tzinfo=UTC)
_OLD = 1_767_225_600
"""Seconds since the epoch: the index believes no file that was written a moment ago."""


def fill(root: Path, experiments: int, *, first: int = 1) -> None:
    """Make the store and its experiments; where it is there, add those from ``first`` on.

    Parameters
    ----------
    root : Path
        The store.
    experiments : int
        How many it then has.
    first : int, default=1
        The first number to write.
    """
    store, _ = init(root, _START)
    store.add_project(PROJECT, "", _START)
    model, _ = store.add_model(PROJECT, MODEL, "", _START)
    folder = root / "projects" / PROJECT / "models" / MODEL / "experiments"
    sums = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n"
        for name, text in (("log.txt", _LOG), ("params.yaml", _PARAMS))
    )
    for number in range(first, experiments + 1):
        directory = f"{folder}/{PROJECT}_3f9a1c_{number}"
        os.mkdir(directory)  # noqa: PTH102  # a path object each costs as much as the directory
        meta = "".join(_meta(number, model.model_id))
        for name, text in (
            ("meta.yaml", meta),
            ("params.yaml", _PARAMS),
            ("log.txt", _LOG),
            ("SHA256SUMS", sums),
        ):
            _write(f"{directory}/{name}", text)
    (root / "projects" / PROJECT / "number").write_text(f"{experiments}\n", encoding="ascii")
    _check(folder, experiments)


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(handle, text.encode())
    os.close(handle)
    os.utime(path, (_OLD, _OLD))


def _meta(number: int, model_id: str) -> Iterator[str]:
    dice = random.Random(number)
    rung = (number - 1) % len(RUNGS)
    ladder = (number - 1) // len(RUNGS)
    created = (_START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    yield f"experiment_id: {dice.getrandbits(128):032x}\nmodel_id: {model_id}\n"
    yield f"model_version_id: {PROJECT}_3f9a1c_{number}\ncreated_datetime: '{created}'\nstatus: finished\n"
    yield f"description: ''\nrung: {RUNGS[rung]}\nrung_index: {rung}\ntask: classification\n"
    yield "metric: accuracy_score\nparameters:\n"
    for index in range(10):
        yield f"  parameter_{index}: {dice.random() if index % 2 else dice.randrange(100)}\n"
    dataset = f"{PROJECT}_3f9a1c_1"
    yield f"training_dataset:\n  dataset: {dataset}\n  part: train\n  rows: 120\n"
    yield f"validation_dataset:\n  dataset: {dataset}\n  part: folds\n  rows: 120\n  folds: 5\n  repeats: 1\n"
    yield f"  test_to_train: 0.25\ntest_dataset:\n  dataset: {dataset}\n  part: test\n  rows: 30\n"
    yield "evaluations:\n  cross_validation:\n"
    quality = 0.3 if rung == 0 else 0.6 + 0.35 * dice.random()
    for metric in METRICS:
        folds = [quality + dice.gauss(0, 0.01) for _ in range(5)]
        mean = sum(folds) / 5
        spread = (sum((fold - mean) ** 2 for fold in folds) / 5) ** 0.5
        yield f"    {metric}:\n      mean: {mean!r}\n      std: {spread!r}\n      folds:\n"
        yield "".join(f"      - {fold!r}\n" for fold in folds)
    yield f"  latency:\n    single_row_us: {50 + dice.random()!r}\n  size:\n    model_bytes: 12345\n"
    yield f"artifact_file_paths:\n  parameters: params.yaml\nladder_id: ladder-{ladder}\nladder_key: one\n"
    yield f"comparison_key: rows-{number // 1000}\neligible:\n  ok: true\n  reasons: []\n"
    yield f"git:\n  commit: 3f9a1c{dice.getrandbits(136):034x}\n  branch: main\n  dirty: false\nseed: 2023\n"
    yield "environment:\n  python: 3.11.7\n  platform: Linux\n"
    yield f"timings:\n  fit_s: {dice.random()!r}\n  total_s: {1 + dice.random()!r}\n"
    yield "warnings: []\nerror: {}\ngates: []\ntags: []\nnotes: []\n"


def _check(folder: Path, experiments: int) -> None:
    for number in {1, experiments // 2 or 1, experiments}:
        tree = read_record_tree(Experiment, folder / f"{PROJECT}_3f9a1c_{number}" / "meta.yaml")
        record = Experiment.from_dict(tree)
        assert len(record.parameters) == len(record.evaluations["cross_validation"]) == 10  # a check


def main() -> None:
    """Fill a store."""
    parser = argparse.ArgumentParser(description="a store of many experiments")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--experiments", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    start = time.perf_counter()
    fill(asked.directory, asked.experiments, first=asked.first)
    print(f"{asked.experiments} experiments in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
