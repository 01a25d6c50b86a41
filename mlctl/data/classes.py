"""The labels of a classification: what they are, which is positive, which are too rare."""

from typing import Any

import numpy as np
import pandas as pd

from mlctl.data.answers import Target, constant, whole
from mlctl.data.findings import Finding, Problem, names, warn
from mlctl.data.frames import family

FREE_TEXT, FREE_TEXT_LEAST, FREE_TEXT_SHARE = 100, 20, 0.2
"""Text with more values than the first, or than the second and this share of the rows, is no class label."""

RARE = 0.2
"""Share under which the rarer of two classes makes accuracy a poor guide."""


def settle_classes(
    series: pd.Series, reason: str, positive: Any, *, folds: int, accuracy: bool, inferred: bool
) -> Target:
    """Settle the labels of a classification.

    Parameters
    ----------
    series : pandas.Series
        The target, not empty and without missing values.
    reason : str
        Why it is a classification.
    positive : str, int, bool or None
        ``data.positive``; compared as text, too.
    folds : int
        Each class needs a row in every fold.
    accuracy : bool
        Whether accuracy is the metric.
    inferred : bool
        Whether nobody said that it is a classification; text with very many values is then refused.
    """
    values, findings = labels(series)
    classes, counts = _counted(values)
    problems = []
    if len(classes) == 1:
        problems.append(constant(series))
    elif inferred and _is_free_text(series, len(classes)):
        problems.append(
            Problem(
                f"data.target: column {series.name!r} looks like free text: {len(classes):,} distinct values "
                f"in {len(series):,} rows",
                "name another column in data.target, or set task: classification if they are classes",
            )
        )
    else:
        problems.extend(_small_classes(str(series.name), classes, counts, folds))
    chosen, problem = _positive(classes, positive)
    if accuracy and len(classes) == 2:
        findings.extend(_rare(classes, counts))
    return Target("classification", reason, values, classes, chosen, [*problems, *problem], findings)


def labels(series: pd.Series) -> tuple[Any, list[Finding]]:
    """Return the labels of a target without missing values: objects that are str, int64 or bool."""
    kind = family(series)
    if kind == "boolean":
        return series.to_numpy(dtype="bool"), []
    if kind == "number" and whole(series):
        return series.to_numpy().astype("int64"), []
    if kind == "text":
        # A column that holds numbers among its words has no order but that of their spelling.
        mixed = any(not isinstance(value, str) for value in series.unique())
        return (series.map(str) if mixed else series).to_numpy(dtype="object"), []
    text = np.array([str(value) for value in series.tolist()], dtype="object")
    message = f"the classes of {series.name!r} are {kind} values that are not whole, and are taken as names"
    return text, [warn("MLC014", message, "set task: regression if their order matters", (str(series.name),))]


def _counted(values: Any) -> tuple[tuple[Any, ...], Any]:
    # Hashed, then only the few labels sorted: sorting a million texts takes a second.
    codes, labels = pd.factorize(values)
    counts = np.bincount(codes, minlength=len(labels))
    order = np.argsort(labels, kind="stable")
    return tuple(labels[order].tolist()), counts[order]


def _is_free_text(series: pd.Series, distinct: int) -> bool:
    many = distinct > FREE_TEXT or (distinct > FREE_TEXT_LEAST and distinct > FREE_TEXT_SHARE * len(series))
    return family(series) == "text" and many


def _small_classes(name: str, classes: tuple[Any, ...], counts: Any, folds: int) -> list[Problem]:
    small = [
        f"{label!r} {count}" for label, count in zip(classes, counts.tolist(), strict=True) if count < folds
    ]
    if not small:
        return []
    shown = ", ".join(small[:5]) + (f" and {len(small) - 5:,} more" if len(small) > 5 else "")
    least = int(counts.min())
    hint = "bring more rows, merge the rare classes"
    hint += f", or set cross_validation.folds: {least}" if least > 1 else ", or leave those rows out"
    return [
        Problem(f"data.target: classes of {name!r} with fewer rows than the {folds} folds: {shown}", hint)
    ]


def _positive(classes: tuple[Any, ...], asked: Any) -> tuple[Any, list[Problem]]:
    if len(classes) != 2:
        if asked is None or len(classes) < 2:
            return None, []
        hint = "leave it out: with more classes the metrics are averages"
        return None, [Problem(f"data.positive: there are {len(classes)} classes, not two", hint)]
    if asked is None:
        return classes[1], []
    for label in classes:
        if str(label).casefold() == str(asked).casefold():
            return label, []
    return None, [
        Problem(
            f"data.positive: {asked!r} is no class", f"the classes are {names([str(c) for c in classes])}"
        )
    ]


def _rare(classes: tuple[Any, ...], counts: Any) -> list[Finding]:
    rarest = int(counts.argmin())
    share = counts[rarest] / counts.sum()
    if share >= RARE:
        return []
    return [
        warn(
            "MLC006",
            f"class {classes[rarest]!r} has {share:.1%} of the rows: answering {classes[1 - rarest]!r} "
            f"always has an accuracy of {1 - share:.3f}",
            "look at roc_auc and balanced_accuracy_score beside it, or set metric to one of them",
        )
    ]
