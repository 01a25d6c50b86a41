import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression

from mlctl.actions.export_onnx import _checked, _exported, _first, _refusal, _value
from mlctl.actions.fitted_service import Fitted
from mlctl.bundle.onnx.agreement import Agreement, Difference
from mlctl.domain.columns import Column
from mlctl.errors import RefusedError

COLUMNS = (Column("time", "number", 9, 0), Column("b", "number", 9, 0))


def source(pipeline, rows, classes=()):
    """Return what a model and its rows are, without a store."""
    face = Fitted(pipeline, COLUMNS, "regression", classes, {}, ("",))
    held = {"columns": ["time", "b"], "rows": rows, "answers": answers(pipeline, rows, classes)}
    golden = {
        "rows": [["much", 1.0], [0.0, 1.0]],
        "answers": [(0.0, None), None],
        "why": ["odd", "small time"],
    }
    experiment = SimpleNamespace(model_version_id="t_1", project_name="p", model_name="m", rung="r")
    record = SimpleNamespace(parameters=SimpleNamespace(data=SimpleNamespace(dates={})))
    schema = {"missing": [""]}
    return SimpleNamespace(
        record=record,
        fitted=pipeline,
        face=face,
        experiment=experiment,
        columns=COLUMNS,
        schema=schema,
        held=held,
        golden=golden,
    )


def answers(pipeline, rows, classes):
    values = pipeline.predict(np.array(rows)).tolist()
    chances = pipeline.predict_proba(np.array(rows)).tolist() if classes else [None] * len(values)
    return list(zip(values, chances, strict=True))


def told(pipeline, rows, classes=()):
    from mlctl.bundle.onnx.write import to_onnx

    made = source(pipeline, rows, classes)
    data = to_onnx(pipeline, COLUMNS, name="t", facts={})
    return made, _checked(made, data)


def test_epoch_seconds_do_not_fit_into_32_bits():
    random = np.random.default_rng(0)
    rows = [[1.7e9 + float(at), float(random.normal())] for at in range(200)]
    target = [at - 1.7e9 + b for at, b in rows]
    made, found = told(LinearRegression().fit(np.array(rows), target), rows)
    assert (found.rows, found.refused) == (200, 2)
    assert len(found.differences) > 150
    first = _first(made, found)
    assert first.startswith("held-out row ")
    assert "first of all column 'time', whose values up to 1.7e+09 are kept to steps of 1.3e+02" in first
    error = _refusal(found, first, 3)
    assert error.message.startswith(f"{len(found.differences)} of 200 rows have other answers in ONNX")
    assert ", and 3 may: held-out row" in error.message
    assert error.hint.endswith(f"--allow-difference {len(found.differences)}")
    done = _exported(made, b"x", found, first, 200, None, {})
    assert (done.path, done.rows, done.golden, done.differing) == (
        Path("t_1.onnx"),
        200,
        0,
        len(found.differences),
    )


def test_numbers_that_fit_agree():
    rows = [[float(at), float(at % 7)] for at in range(50)]
    made, found = told(
        LogisticRegression().fit(np.array(rows), [at > 25 for at, _ in rows]), rows, (False, True)
    )
    assert (found.rows, found.differences, _first(made, found)) == (50, [], "")


def test_reasons():
    made = source(LinearRegression().fit([[1.0, 2.0]], [1.0]), [[1.0, 2.0]])
    near = Agreement(2, 0, 1, 0.0, [Difference(1, "the label is 1, not 0", close=True)])
    assert _first(made, near) == (
        "golden row 1 (odd): the label is 1, not 0; "
        "likely a near-tie: scikit-learn's own best two labels there are within 1e-4"
    )
    made.golden["rows"][0][0] = 1e300
    assert _first(made, near).endswith("column 'time' is 1e+300 there, and 32-bit floats end at 3.4e38")
    far = Agreement(2, 0, 1, 0.0, [Difference(0, "is off")])
    assert _first(made, far) == "held-out row 1: is off; likely because ONNX computes in 32-bit floats"
    assert isinstance(_refusal(far, "x", 0), RefusedError)
    assert [_value(1, (False, True)), _value("x", ("y",))] == [True, "x"]


def test_telemetry_is_off_before_onnxruntime_is_imported():
    code = (
        "import sys, os, mlctl.actions.export_onnx\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
    assert json.loads(done.stdout) == 1
