"""Whole bundles on every Python from 3.8 on that is found: each verb, and one request."""

import io
import json
import re
import subprocess
import sys
import urllib.request

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from mlctl.bundle.file import contents
from mlctl.bundle.file.assemble import to_file
from mlctl.bundle.main.bundle import GOLDEN, MODEL, SCHEMA
from mlctl.bundle.portable import portable
from mlctl.domain.columns import Column
from mlctl.ml.preprocess import Needs, build_preprocessor
from mlctl.params.model import Preprocess
from tests.bundle import made
from tests.bundle.test_pythons import pythons

ROWS = 120
GIVEN = "work,age,member,since\nç,31.5,yes,2001-02-03T04:05:06\n,,no,\n"
HERE = ".".join(map(str, sys.version_info[:2]))
OTHERS = [pair for pair in pythons() if pair[0] != HERE]
ESTIMATORS = {
    "linear": (LogisticRegression(), Needs("logistic_regression", "linear")),
    "tree": (
        DecisionTreeClassifier(max_depth=4, random_state=0),
        Needs("decision_tree", "tree", missing=True),
    ),
    "forest": (
        RandomForestClassifier(5, max_depth=4, random_state=0),
        Needs("random_forest", "tree", missing=True),
    ),
    "boosting": (
        HistGradientBoostingClassifier(max_iter=5, categorical_features=[0]),
        Needs("hist_gradient_boosting", "boosting", missing=True, native_levels=254),
    ),
    "svc": (CalibratedClassifierCV(SVC(), ensemble=False), Needs("svc", "kernel")),
}
COLUMNS = [
    Column("work", "category", 4, 9),
    Column("age", "number", 60, 8),
    Column("member", "boolean", 2, 0),
    Column("since", "date", 90, 7),
]


def people(rows=ROWS):
    """Return a table with a category, a number, a boolean and a date, each with its gaps, and labels."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"work": random.choice(["a", "b", "ç", "d"], rows).astype(object)})
    frame["age"] = random.normal(40, 12, rows).round(1)
    frame["member"] = random.random(rows) < 0.5
    days = random.integers(0, 8000, rows) * 86_400 + random.choice([0, 3600], rows)
    frame["since"] = pd.to_datetime(days, unit="s").astype("datetime64[us]")
    for place, column in enumerate(("work", "age", "since")):
        frame.loc[place::17, column] = None
    labels = np.where((frame["age"].fillna(0) > 40) ^ frame["work"].isin(["a", "ç"]), ">50K", "<=50K")
    return frame, labels.astype(object)


def plain(value):
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else getattr(value, "item", lambda: value)()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    place, (frame, labels) = tmp_path_factory.mktemp("bundles"), people()
    written = [write(place / f"{name}.pyz", *both, frame, labels) for name, both in ESTIMATORS.items()]
    return [(path, predicted(sys.executable, path)) for path in written]


def write(path, estimator, needs, frame, labels):
    """Write a bundle whose golden rows are scikit-learn's answers to the table itself."""
    steps = [("preprocess", build_preprocessor(COLUMNS, Preprocess(), needs)), ("estimator", estimator)]
    pipeline = Pipeline(steps).fit(frame, labels)
    rows = [[plain(value) for value in row] for row in frame.itertuples(index=False)]
    chances = pipeline.predict_proba(frame).tolist()
    answers = list(zip(pipeline.predict(frame).tolist(), chances, strict=True))
    told = {"columns": list(frame.columns), "rows": rows, "why": ["held out"] * len(rows), "answers": answers}
    schema = contents.schema(
        COLUMNS, made.EXPERIMENT, "income", pipeline.classes_.tolist(), {}, {}, ("",), ("", "NA")
    )
    entries = {
        **made.program(),
        MODEL: portable(pipeline, columns=COLUMNS).to_bytes(),
        SCHEMA: contents.to_json(schema),
        GOLDEN: contents.to_json(told),
    }
    path.write_bytes(to_file(made.with_manifest(entries)))
    return path


def run(python, path, *words, given=""):
    done = subprocess.run(
        [python, "-I", "-S", str(path), *words], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def predicted(python, path):
    return pd.read_csv(io.StringIO(run(python, path, "predict", given=GIVEN)))


def request(python, path, row):
    """Serve a bundle, and ask it once."""
    command = [python, "-I", "-S", str(path), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            said = [server.stdout.readline() for _ in range(2)]
            url = re.search(r"http://\S+", "".join(said))[0]
            asked = urllib.request.Request(
                f"{url}/invocations",
                json.dumps({"dataframe_records": [row]}).encode(),
                {"content-type": "application/json"},
            )
            with urllib.request.urlopen(asked, timeout=20) as found:
                return json.load(found)
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("version", "python"),
    OTHERS
    or [
        pytest.param("", "", marks=pytest.mark.skip("no other Python is found beside this one, nor on PATH"))
    ],
)
def test_every_verb_on_another_python(version, python, bundles):
    assert version != HERE
    for path, here in bundles:
        said = json.loads(run(python, path, "selftest", "--json"))
        assert (said["rows"], said["differing"], said["largest"] < 1e-9) == (ROWS, 0, True)
        # From 3.12 on sum() rounds better: the last digits differ.
        there = predicted(python, path)
        assert there["predicted"].tolist() == here["predicted"].tolist()
        assert np.allclose(there.filter(like="probability_"), here.filter(like="probability_"), atol=1e-9)
    path = bundles[-1][0]
    assert "model    toy/kind" in run(python, path, "info")
    assert "entries are as the manifest says" in run(python, path, "verify")
    golden = json.loads(run(python, path, "info", GOLDEN))
    row = dict(zip(golden["columns"], golden["rows"][20], strict=True))
    assert request(python, path, row) == {"predictions": [golden["answers"][20][0]]}
