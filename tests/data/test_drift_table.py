import numpy as np
import pandas as pd

from mlctl.data.drift_columns import compare, judge_columns
from mlctl.data.drift_table import separate

from .frames import normal


def separated(one, other, **options):
    columns = judge_columns([(name, *compare(one[name], other[name])) for name in one], enough=True)
    return separate(one, other, columns, 0, **({"ordered": False} | options))


def test_categories_that_go_together_otherwise_are_seen():
    rng = np.random.default_rng(0)
    a, b = (pd.Series(rng.choice(list("xyz"), 900), dtype="str") for _ in range(2))
    one = pd.DataFrame({"a": a, "b": a, "n": rng.normal(size=900)})
    other = pd.DataFrame({"a": a, "b": b, "n": rng.normal(size=900)})
    assert separated(one, other).low > 0.6
    assert separated(one, one).low < 0.55


def test_gaps_in_categories_are_seen():
    rng = np.random.default_rng(0)
    one = pd.DataFrame({"a": rng.choice(["x", "y"], 600)})
    assert separated(one, one.mask(rng.random((600, 1)) < 0.5)).low > 0.6


def test_large_tables_are_sampled_and_wide_ones_too():
    rng = np.random.default_rng(0)
    found = separated(normal(rng, 6000, 3), normal(rng, 5500, 3))
    assert abs(found.auc - 0.5) < 0.05
    wide = [normal(rng, 120, 230) for _ in range(2)]
    wide[1] += 3
    assert separated(*wide).low > 0.99


def test_few_rows_are_no_question():
    one = pd.DataFrame({"a": np.arange(200.0)})
    assert separated(one, one[:99]) is None
    assert separated(one[:99], one) is None


def test_nothing_that_varies_is_no_question():
    one = pd.DataFrame({"a": [1.0] * 200, "b": [np.nan] * 200, "c": [1.5] * 200})
    other = pd.DataFrame({"a": [1.0] * 200, "b": [np.nan] * 200, "c": ["x"] * 200})
    assert separated(one, other) is None
