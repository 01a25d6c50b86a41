"""Tables on which the portable form has to agree: small, and with everything that may go wrong."""

from functools import cache

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from mlctl.domain.columns import Column

LETTERS = {"number": "n", "boolean": "b", "category": "c", "text": "t", "date": "d"}


@cache
def cancer() -> tuple[pd.DataFrame, np.ndarray]:
    """Return two classes, labels as text, and nine columns of very different sizes."""
    data = load_breast_cancer(as_frame=True)
    return data.data.iloc[:, :9], np.array(["benign", "malignant"], dtype=object)[data.target]


@cache
def iris() -> tuple[pd.DataFrame, np.ndarray]:
    """Return three classes, with many equal rows."""
    data = load_iris(as_frame=True)
    return data.data, data.target.to_numpy()


@cache
def diabetes() -> tuple[pd.DataFrame, np.ndarray]:
    """Return numbers to predict."""
    data = load_diabetes(as_frame=True)
    return data.data, data.target.to_numpy()


@cache
def mixed(rows: int = 400, seed: int = 0) -> tuple[pd.DataFrame, str]:
    """Return a table of every kind of column, with gaps in all of them, and its kinds."""
    random = np.random.default_rng(seed)
    words = np.array(["the", "quick", "brown", "fox", "jumps", "over", "one", "café", "ÉCOLE", "東京"])
    frame = pd.DataFrame(
        {
            "age": _gaps(random, random.normal(40, 12, rows)),
            "rain": _gaps(random, np.exp(random.normal(0, 3, rows))),
            "count": random.integers(0, 9, rows),
            "smokes": pd.Series(_nones(random, random.random(rows) < 0.4), dtype=object),
            "member": random.random(rows) < 0.5,
            "colour": _texts(random, random.choice(["red", "blue", "green", "<rare>"], rows)),
            "town": _texts(random, np.array([f"t{n}" for n in (random.exponential(8, rows)).astype(int)])),
            "note": _texts(random, np.array([" ".join(random.choice(words, 4)) for _ in range(rows)])),
            "day": _days(random, rows),
            "moment": _days(random, rows, "h"),
        }
    )
    return frame, "nnnbbcctdd"


@cache
def answers(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return two labels, three labels and numbers for :func:`mixed`, which follow from its columns."""
    frame, _ = mixed(rows, seed)
    random = np.random.default_rng(seed + 1)
    score = (
        frame["age"].fillna(30).to_numpy() / 10
        + frame["count"].to_numpy()
        + 3.0 * (frame["colour"] == "red").to_numpy()
        + random.normal(0, 1, rows)
    )
    three = np.digitize(score, np.quantile(score, [0.3, 0.7]))
    return score > np.median(score), np.array(["low", "mid", "top"], dtype=object)[three], score


def unseen(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows that training never saw: other levels and words, extreme numbers, nothing at all."""
    rows = frame.iloc[:12].copy().reset_index(drop=True)
    rows["age"] = [1e300, -1e300, 1e-300, 5e-324, 0.0, -0.0, np.nan, 1e9, 2.5, 40.0, 1e16, np.nan]
    rows["colour"] = ["mauve", "", "RED", "red", "<missing>", "<rare>", None, " red", "é", "red", "0", None]
    rows["note"] = [
        "",
        "!",
        "東京 fox",
        "a",
        None,
        "FOX fox",
        "Dog\tdog",
        "1 2 3",
        "é",
        "x" * 300,
        "the",
        None,
    ]
    far = ["1677-09-22", "2261-12-31", "1969-12-31", "2000-02-29", None, "1900-03-01"] * 2
    rows["day"] = pd.to_datetime(pd.Series(far)).astype("datetime64[ns]")
    rows["moment"] = rows["day"] + pd.Timedelta(hours=23, minutes=59, seconds=59.999999)
    return rows.astype({"colour": frame["colour"].dtype, "note": frame["note"].dtype})


def described(frame: pd.DataFrame, kinds: str) -> list[Column]:
    """Return the columns as an examination of the data describes them."""
    names = {letter: kind for kind, letter in LETTERS.items()}
    return [
        Column(name, names[kind], int(frame[name].nunique()), int(frame[name].isna().sum()))
        for name, kind in zip(frame.columns, kinds, strict=True)
    ]


def _gaps(random: np.random.Generator, values: np.ndarray) -> np.ndarray:
    return np.where(random.random(len(values)) < 0.1, np.nan, values)


def _nones(random: np.random.Generator, values: np.ndarray) -> list:
    return [
        None if gap else bool(value)
        for value, gap in zip(values, random.random(len(values)) < 0.1, strict=True)
    ]


def _texts(random: np.random.Generator, values: np.ndarray) -> pd.Series:
    gaps = random.random(len(values)) < 0.1
    plain = [None if gap else str(value) for value, gap in zip(values, gaps, strict=True)]
    return pd.Series(plain, dtype=pd.Series(["text"]).dtype)


def _days(random: np.random.Generator, rows: int, unit: str = "D") -> pd.Series:
    size = 20_000 if unit == "D" else 20_000 * 24
    whole = pd.to_datetime("1960-01-01") + pd.to_timedelta(random.integers(0, size, rows), unit=unit)
    return pd.Series(whole.astype("datetime64[ns]")).where(random.random(rows) > 0.1)
