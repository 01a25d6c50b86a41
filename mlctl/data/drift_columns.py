"""One column of two tables: how far apart it lies, and the verdict when all columns are known.

A column drifts when one and the same comparison is both large and no chance:

==============  ==========================================  ==========================================
comparison      large                                       no chance
==============  ==========================================  ==========================================
numbers, dates  Kolmogorov-Smirnov's D or Wasserstein's     Smirnov's test
                distance in standard deviations over 0.1
their gaps      the share of missing values differs by      Fisher's or the chi-squared test
                more than 0.1
categories      Jensen-Shannon's distance or the total      the chi-squared test, Fisher's for what is
                variation over 0.1                          rare
==============  ==========================================  ==========================================

The probabilities of all comparisons of all columns are corrected together (Benjamini and Hochberg 1995) at
5 %. A size alone fires by chance in small samples, a probability alone at any trifle in large ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from mlctl.data.drift_levels import code_levels, compare_levels
from mlctl.data.drift_numbers import as_numbers, compare_numbers
from mlctl.data.drift_tests import Comparison, Test
from mlctl.data.frames import family

LARGE = 0.1
"""Effect size from which a difference matters, of every measure."""

LEVEL = 0.05
"""Expected share of columns that are called drifted by chance among those called drifted."""

LEAST_ROWS = 100
"""With fewer new rows there is no verdict."""

Kind = Literal["number", "date", "category", "mixed"]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column of two tables.

    Attributes
    ----------
    column : str
        The name.
    kind : {"number", "date", "category", "mixed"}
        How it was compared; mixed where one table holds numbers and the other text, or the like.
    drifted : bool or None
        The verdict; None where there are too few new rows for one.
    missing : tuple of (float, float)
        Share of rows without a value, before and now.
    ks, wasserstein : float or None
        Kolmogorov-Smirnov's D (0 to 1), and Wasserstein's distance in standard deviations of the reference.
    jensen_shannon, total_variation : float or None
        Between 0 and 1.
    psi : float or None
        Population stability index, for those who know it; it decides nothing.
    p_value, q_value : float or None
        The smallest probability of its comparisons, and the smallest after correction.
    change : str
        What changed most, in words.
    tests : tuple of Test
        The comparisons of which the verdict was made.
    """

    column: str
    kind: Kind
    drifted: bool | None
    missing: tuple[float, float]
    ks: float | None
    wasserstein: float | None
    jensen_shannon: float | None
    total_variation: float | None
    psi: float | None
    p_value: float | None
    q_value: float | None
    change: str
    tests: tuple[Test, ...]


def compare(one: pd.Series, other: pd.Series, *, ordered: bool = False) -> tuple[Kind, Comparison]:
    """Compare a column of two tables.

    Parameters
    ----------
    one, other : pandas.Series
        Before and now, of the types of :mod:`mlctl.data.frames`, each with at least one row.
    ordered : bool, default=False
        Whether the rows are in an order (of time, by group) in which neighbours may be alike. The tests then
        count the independent rows that the columns are worth.

    Returns
    -------
    tuple of (str, Comparison)
        How it was compared, and what came out.
    """
    kinds = [_kind(series) for series in (one, other)]
    if {"number", "boolean"} == set(kinds):
        kinds = ["number", "number"]
    known = [kind for kind in kinds if kind != "empty"] or ["number"]
    if len(set(known)) > 1:
        return "mixed", _type_changed(one, other)
    if known[0] in {"number", "date"}:
        dates = known[0] == "date"
        numbers = compare_numbers(as_numbers(one), as_numbers(other), dates=dates, ordered=ordered)
        return ("date" if dates else "number"), numbers
    return "category", compare_levels(*code_levels(one, other), ordered=ordered)


def judge_columns(
    compared: Sequence[tuple[str, Kind, Comparison]], *, enough: bool, level: float = LEVEL
) -> tuple[ColumnDrift, ...]:
    """Give each column its verdict, the probabilities of all of them corrected together.

    Parameters
    ----------
    compared : sequence of (str, Kind, Comparison)
        Name, kind and comparison.
    enough : bool
        Whether there are enough new rows for verdicts.
    level : float, default=0.05
        The corrected probability up to which a difference is no chance.
    """
    raw = [test.p_value for _, _, comparison in compared for test in comparison.tests]
    corrected = iter(false_discovery_control(np.array(raw)).tolist() if raw else [])
    return tuple(
        _judged(
            name, kind, comparison, [next(corrected) for _ in comparison.tests], level if enough else None
        )
        for name, kind, comparison in compared
    )


def _judged(
    name: str, kind: Kind, comparison: Comparison, corrected: list[float], level: float | None
) -> ColumnDrift:
    tests = tuple(
        replace(test, q_value=q, drifted=None if level is None else test.effect > LARGE and q <= level)
        for test, q in zip(comparison.tests, corrected, strict=True)
    )
    return ColumnDrift(
        column=name,
        kind=kind,
        drifted=None if level is None else any(test.drifted for test in tests),
        missing=comparison.missing,
        ks=comparison.ks,
        wasserstein=comparison.wasserstein,
        jensen_shannon=comparison.jensen_shannon,
        total_variation=comparison.total_variation,
        psi=comparison.psi,
        p_value=min((test.p_value for test in tests), default=None),
        q_value=min(corrected, default=None),
        change=comparison.change,
        tests=tests,
    )


def _kind(series: pd.Series) -> str:
    values = series.to_numpy() if series.dtype.kind in "iuf" else None
    known = (
        not np.isnan(values).all() if values is not None and values.dtype.kind == "f" else values is not None
    )
    return family(series) if known or series.notna().any() else "empty"


def _type_changed(one: pd.Series, other: pd.Series) -> Comparison:
    """Nothing is in common, and no chance makes a number of a text."""
    missing = (float(one.isna().mean()), float(other.isna().mean()))
    return Comparison(
        missing=missing,
        jensen_shannon=1.0,
        total_variation=1.0,
        tests=(Test("type", 1.0, 0.0),),
        change=f"{family(one)} → {family(other)}",
    )
