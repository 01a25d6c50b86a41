import json
import subprocess
import sys

import pytest

from mlctl.actions.checks import checked, checks_of
from mlctl.domain.insight import Importance, LearningCurve, Loss, Step
from mlctl.store.store import init
from tests.actions import held

SEARCH = (
    "C,accuracy_score,accuracy_score_std,failed\n0.1,0.8,0.01,\n1,0.85,0.01,\n10,0.9,0.01,\n5,,,it failed\n"
)


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", held.NOW)[0]


def peers(store):
    return store.experiments("shop", "kind").records


def codes(found):
    return [one.code for one in found]


def calibrated():
    rows = [("yes" if at % 10 else "no", "yes", 0.1, 0.9) for at in range(400)]
    lines = [f"{at},{a},{p},{no},{yes}" for at, (a, p, no, yes) in enumerate(rows)]
    return "row,actual,predicted,probability_no,probability_yes\n" + "\n".join(lines) + "\n"


def test_a_good_experiment_hears_nothing_and_has_an_interval(store):
    made = held.experiment(store, predictions=calibrated())
    found = checked(store, made, peers(store))
    assert found.found == found.muted == found.warnings == found.unread == ()
    low, high = found.interval
    assert low < 0.9 < high
    assert checks_of(store, made, peers(store)) == ()


def test_all_kinds_of_checks_come_together_by_code(store):
    held.experiment(store, "dummy", folds=[0.5] * 5, rung_index=0)
    made = held.experiment(
        store,
        folds=[0.5, 0.45, 0.55, 0.5, 0.5],
        parameters={"C": 10.0},
        files={"search": SEARCH},
        warnings=["MLC009 skewed — log it", "lbfgs failed", "MLC006 class 'yes' is rare — look"],
    )
    found = checked(store, made, peers(store))
    assert codes(found.found) == ["MLC006", "MLC009", "MLC022", "MLC025", "MLC027"]
    assert "200 of its 200 held-out rows are found" in found.found[0].figure
    assert found.warnings == ("lbfgs failed",)


def test_muted_ones_are_set_apart(store):
    made = held.experiment(store, params="checks: {mute: [MLC027, MLC001]}")
    found = checked(store, made, peers(store))
    assert (found.found, codes(found.muted)) == ((), ["MLC027"])


@pytest.mark.parametrize("params", ["{}", "checks: 3", "checks: {mute: MLC027}", "checks:"])
def test_a_file_that_mutes_nothing(store, params):
    made = held.experiment(store, params=params)
    assert codes(checks_of(store, made, peers(store))) == ["MLC027"]


def test_damaged_files_are_said_and_the_rest_is_judged(store):
    held.experiment(store, "dummy", folds=[0.5] * 5, rung_index=0)
    made = held.experiment(store, predictions="nonsense", folds=[0.5] * 5, files={"search": "a,b\n1\n"})
    found = checked(store, made, peers(store))
    assert codes(found.found) == ["MLC022"]
    assert found.interval is None
    assert len(found.unread) == 2
    assert "predictions.csv cannot be read" in found.unread[0]
    assert "search.csv cannot be read" in found.unread[1]


def test_damaged_parameters_are_said_once(store):
    made = held.experiment(store)
    (store.experiment_directory(made) / "params.yaml").write_text("a: [")
    assert len(checked(store, made, peers(store)).unread) == 1


def test_probabilities_that_were_left_out_are_said(store):
    text = calibrated().replace("0.9\n", "nan\n", 1)
    found = checked(store, held.experiment(store, predictions=text), peers(store))
    assert "its probabilities are left out" in found.unread[0]


def test_a_metric_that_the_predictions_do_not_give_has_no_interval(store):
    made = held.experiment(store, predictions="row,actual,predicted\n0,a,a\n1,b,b\n", metric="roc_auc")
    assert checked(store, made, peers(store)).interval is None


def test_an_error_has_no_upper_end(store):
    rows = "".join(f"{at},{at},{at + at % 3}\n" for at in range(100))
    made = held.experiment(
        store, predictions=f"row,actual,predicted\n{rows}", task="regression", metric="mean_absolute_error"
    )
    low, high = checked(store, made, peers(store)).interval
    assert low < 1 < high


def test_what_was_measured_for_the_plots_is_heeded(store):
    made = held.experiment(store, predictions=calibrated())
    found = Importance("accuracy_score", 900, 0.9, (Loss(("a",), 0.2, 0.01),), Loss(("b",), 0.0, 0.001))
    steps = (Step(800, (0.8,), ((0.1, 0.01),)), Step(1600, (0.9,)))
    curve = LearningCurve("accuracy_score", 900, "random", steps)
    made = store.add_report(made, "importance", "importance.json", json.dumps(found.to_dict()))
    made = store.add_report(made, "learning_curve", "learning_curve.json", json.dumps(curve.to_dict()))
    assert codes(checks_of(store, made, peers(store))) == ["MLC024", "MLC029"]


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_what_did_not_finish_has_the_datas_findings_alone(store, status):
    held.experiment(store)
    opened = store.new_experiment(store.model("shop", "kind"), None, held.NOW, rung="svc")
    warnings = ["MLC009 skewed"]
    ended = (
        opened.fail("timeout", "late", warnings=warnings)
        if status == "failed"
        else opened.interrupt("Ctrl-C", warnings=warnings)
    )
    found = checked(store, ended, peers(store))
    assert codes(found.found) == ["MLC009"]
    assert found.unread == ()


def test_what_was_imported_without_files_is_no_error(store):
    held.experiment(store)
    opened = store.new_experiment(
        store.model("shop", "kind"), None, held.NOW, rung="foreign", metric="r2_score"
    )
    found = checked(store, opened.finish(), peers(store))
    assert found.found == found.unread == ()


def test_records_alone_need_no_numpy():
    script = "import sys; import mlctl.actions.checks; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
