"""A small bundle, made without a store: two numbers and a category to three labels."""

import json
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from mlctl.bundle.file import contents
from mlctl.bundle.file.assemble import packed_sha256, sealed, to_file
from mlctl.bundle.file.golden import golden
from mlctl.bundle.file.program import sources
from mlctl.bundle.main.bundle import GOLDEN, MANIFEST, MODEL, SCHEMA
from mlctl.bundle.portable import portable
from mlctl.domain.columns import Column
from mlctl.domain.records import Dataset, Experiment

COLUMNS = (Column("a", "number", 9, 0), Column("b b", "number", 9, 0), Column("c", "category", 2, 0))
VERSION = "toy_nogit_1"
EXPERIMENT = Experiment(
    "e1",
    "m1",
    VERSION,
    "2026-01-09T12:00:00.000000Z",
    rung="logistic_regression",
    task="classification",
    metric="accuracy_score",
    evaluations={"test": {"accuracy_score": 0.875}},
    git={"commit": "3f9a1c" + "0" * 34, "dirty": True},
    environment={"python": "3.11.7"},
    project_name="toy",
    model_name="kind",
)
DATASET = Dataset("toy_nogit_1", "2026-01-09T12:00:00.000000Z", {}, "f" * 64, {}, [], 60, 4)
ROWS = [
    {"a": 0.5, "b b": 1.0, "c": "x"},
    {"a": 2.0, "b b": -1.0, "c": "y"},
    {"a": -3.25, "b b": 0.0, "c": "new"},
    {"a": None, "b b": 0.0, "c": "x"},  # the model takes no gap: scikit-learn refuses it
]


@dataclass(frozen=True)
class Toy:
    """A fitted pipeline, the portable model, and what scikit-learn says of :data:`ROWS`."""

    pipeline: Any
    model: bytes
    golden: dict[str, Any]


@cache
def toy() -> Toy:
    """Fit it once."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(size=60), "b b": random.normal(size=60)})
    frame["c"] = np.where(random.random(60) < 0.5, "x", "y")
    labels = np.digitize(frame["a"] + (frame["c"] == "x"), [0.0, 1.0])
    target = np.array(["low", "mid", "top"], dtype=object)[labels]
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["c"]), remainder="passthrough"
    )
    pipeline = make_pipeline(encoder, LogisticRegression()).fit(frame, target)
    told = golden([("held out", row) for row in ROWS], lambda row: answer(pipeline, row), ["a", "b b", "c"])
    return Toy(pipeline, portable(pipeline, columns=COLUMNS).to_bytes(), told)


def answer(pipeline: Any, row: dict[str, Any]) -> Any:
    """Return what scikit-learn says of a row."""
    frame = pd.DataFrame([row]).astype({"a": float})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pipeline.predict(frame)[0], tuple(pipeline.predict_proba(frame)[0].tolist())
    except ValueError:
        return None


@cache
def program() -> dict[str, bytes]:
    """Return the program that goes in."""
    return sources()


def schema() -> dict[str, Any]:
    """Return the schema."""
    seen = {"a": {"range": [-2.0, 2.0]}}
    return contents.schema(COLUMNS, EXPERIMENT, "kind", ("low", "mid", "top"), {}, seen, ("",), ("", "NA"))


def entries(**changed: Any) -> dict[str, bytes]:
    """Return the entries; keywords replace facts of the manifest."""
    made = {
        **program(),
        MODEL: toy().model,
        SCHEMA: contents.to_json(schema()),
        GOLDEN: contents.to_json(toy().golden),
    }
    return with_manifest(made, **changed)


def with_manifest(made: dict[str, bytes], **changed: Any) -> dict[str, bytes]:
    """Return the entries with the manifest that fits them."""
    tier, extra = str(changed.pop("tier", "portable")), {"packed_sha256": packed_sha256(made)}
    written = contents.manifest(EXPERIMENT, DATASET, tier, "", made, extra)
    if changed:
        written = contents.to_json({**json.loads(written), **changed})
    return {**made, MANIFEST: sealed(written)}


def write(path: Path, **changed: Any) -> Path:
    """Write the bundle's file."""
    path.write_bytes(to_file(entries(**changed)))
    return path


def csv_text(rows: int = 2) -> str:
    """Return rows as CSV, one column more than the model needs."""
    lines = [f'{number},{0.5 * number},1,"x"\n' for number in range(rows)]
    return "id,a,b b,c\n" + "".join(lines)
