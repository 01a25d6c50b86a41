import numpy as np
import pandas as pd
import pytest

from mlctl.data.columns import judge
from mlctl.data.leaks import suspects

RNG = np.random.default_rng(7)
ROWS = 2000
CLASSES = RNG.integers(0, 3, ROWS)
NUMBERS = RNG.normal(size=ROWS)


def suspected(target, seed=0, **columns):
    frame = pd.DataFrame(columns)
    described = tuple(judge(frame[name])[0].column for name in frame)
    classification = np.asarray(target).dtype.kind != "f"
    return suspects(frame, described, np.asarray(target), classification=classification, seed=seed)


@pytest.mark.parametrize(
    "leak",
    [
        CLASSES,
        (CLASSES * 5 + 3) % 7,
        np.char.add("class ", CLASSES.astype(str)),
        CLASSES * 10 + RNG.normal(size=ROWS),
        np.where(CLASSES == 1, np.nan, CLASSES * 10 + RNG.normal(size=ROWS)),
        np.datetime64("2026-01-01", "ns") + CLASSES * np.timedelta64(90, "D") + RNG.integers(0, 10**9, ROWS),
    ],
    ids=["itself", "another code", "a name", "a noisy number", "a number and missing", "a date"],
)
def test_a_class_in_disguise_is_found(leak):
    (finding,) = suspected(CLASSES, leak=leak, honest=CLASSES + RNG.normal(size=ROWS))
    assert finding.code == "MLC001"
    assert finding.columns == ("leak",)
    assert "near-perfect on its own, on rows held out: 'leak' (accuracy " in finding.message
    assert "name it in data.drop" in finding.hint


@pytest.mark.parametrize(
    "leak",
    [NUMBERS * 1.8 + 32, NUMBERS**2 * np.sign(NUMBERS), NUMBERS + RNG.normal(size=ROWS) * 0.05],
    ids=["another unit", "a curve", "with noise"],
)
def test_a_number_in_disguise_is_found(leak):
    (finding,) = suspected(NUMBERS, leak=leak, honest=NUMBERS + RNG.normal(size=ROWS) * 0.3)
    assert finding.columns == ("leak",)
    assert "'leak' (R2 " in finding.message


def test_a_number_with_few_levels_in_disguise_is_found():
    target = CLASSES.astype("float64")
    (finding,) = suspected(target, leak=CLASSES * 2)
    assert "R2 1.000" in finding.message


def test_several_suspects_are_one_finding_the_surest_first():
    names = {f"leak {n}": CLASSES + n for n in range(6)}
    (finding,) = suspected(CLASSES, **names)
    assert finding.message.startswith("near-perfect on their own")
    assert finding.message.endswith("and 1 more")
    assert finding.columns == tuple(names)


def test_honest_columns_are_not_suspected():
    strong = CLASSES + RNG.normal(size=ROWS) * 0.25
    assert suspected(CLASSES, strong=strong, noise=RNG.normal(size=ROWS)) == []
    assert suspected(NUMBERS, strong=NUMBERS + RNG.normal(size=ROWS) * 0.2, constant=np.ones(ROWS)) == []


def test_a_common_class_explains_a_high_accuracy():
    rare = np.zeros(ROWS, dtype="int64")
    rare[:20] = 1
    assert suspected(rare, noise=RNG.normal(size=ROWS)) == []
    assert len(suspected(rare, leak=rare * 10 + RNG.normal(size=ROWS))) == 1


def test_few_rows_prove_nothing():
    assert suspected(CLASSES[:39], leak=CLASSES[:39]) == []


def test_text_is_not_asked():
    words = np.array(["one two three four", "five six seven eight", "nine ten eleven twelve"])
    prose = [f"{words[label]} {number}" for number, label in enumerate(CLASSES)]
    assert suspected(CLASSES, prose=prose) == []


def test_a_number_that_never_changes_is_no_regression_to_suspect():
    assert suspected(np.ones(100), a=RNG.normal(size=100)) == []


def test_wide_tables_are_sampled_and_the_same_seed_finds_the_same():
    wide = {f"c{n}": RNG.normal(size=400) for n in range(300)}
    wide["leak"] = CLASSES[:400]
    first = suspected(CLASSES[:400], seed=3, **wide)
    assert first[0].columns == ("leak",)
    assert suspected(CLASSES[:400], seed=3, **wide) == first
