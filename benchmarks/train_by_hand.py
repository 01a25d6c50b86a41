"""What a person would write instead of ``mlctl train``: the same fits, the same folds, the same parallelism.

Run by :mod:`benchmarks.train` as a process of its own, as ``python -m benchmarks.train_by_hand FILE TARGET``.
It scores the primary metric alone, and keeps nothing.
"""

import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold, train_test_split

from mlctl.data.examine import examine
from mlctl.ml.rungs import PlannedRung, build_pipeline, plan
from mlctl.params.model import Data, Preprocess

FOLDS = 5


def main(path: str, target: str) -> None:
    """Read, split, climb, and print the mean accuracy of each rung."""
    frame = pd.read_csv(path)
    found = examine(frame, Data(target=target, path=(path,)))
    train, _ = train_test_split(np.arange(len(found.frame)), train_size=0.8, random_state=0)
    X, y = found.frame.iloc[train].reset_index(drop=True), found.target[train]
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(X, y))
    climb = plan("auto", "classification", rows=len(train))
    with joblib.parallel_config("loky", n_jobs=joblib.cpu_count(), inner_max_num_threads=1):
        for rung in (r for r in climb if not r.skip):
            print(rung.name, _climb(rung, X, y, folds, found.columns))


def _climb(rung: PlannedRung, X: pd.DataFrame, y: np.ndarray, folds: list, columns: tuple) -> float:
    def model(point: int) -> object:
        return build_pipeline(
            rung, rung.points[point], columns, Preprocess(), "classification", n_classes=len(set(y))
        )

    places = [(point, fold) for point in range(len(rung.points)) for fold in range(FOLDS)]
    scores = joblib.Parallel()(
        joblib.delayed(_fold)(model(point), X, y, *folds[fold]) for point, fold in places
    )
    means = np.reshape(scores, (-1, FOLDS)).mean(axis=1)
    model(int(means.argmax())).fit(X, y)  # type: ignore[attr-defined]  # a scikit-learn pipeline
    return float(means.max())


def _fold(model: object, X: pd.DataFrame, y: np.ndarray, fitted: np.ndarray, scored: np.ndarray) -> float:
    model.fit(X.iloc[fitted], y[fitted])  # type: ignore[attr-defined]  # a scikit-learn pipeline
    return float(accuracy_score(y[scored], model.predict(X.iloc[scored])))  # type: ignore[attr-defined]  # as above


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
