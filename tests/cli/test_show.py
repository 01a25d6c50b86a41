import json
from pathlib import Path

import pytest

from mlctl.store.store import find
from tests.actions import held


@pytest.fixture
def shop(store):
    """A dummy and a model with held-out predictions, in the working directory."""
    held.experiment(store, "dummy", folds=[0.5] * 5, rung_index=0)
    return held.experiment(store, warnings=["MLC009 skewed — log it", "lbfgs failed"])


def test_the_checks_are_told_in_plain_words(mlctl, shop):
    lines = mlctl("show", "2").out.splitlines()
    at = lines.index("MLC009 skewed target")
    assert lines[at + 1 : at + 4] == [
        "  found   skewed",
        "  why     a few extreme values decide squared errors",
        "  remedy  log it",
    ]
    assert any(line.startswith("MLC027 probabilities uncalibrated") for line in lines)
    assert any(line.startswith("warning") and "lbfgs failed" in line for line in lines)
    assert not any(line.startswith("warning") and "MLC009" in line for line in lines)


def test_the_dummys_score_stands_beside(mlctl, shop):
    head, first = mlctl("show", "2").out.splitlines()[2:4]
    assert head.split()[-1] == "dummy"
    assert first.split()[-1] == "0.5"


def test_muted_checks_are_counted_in_one_line(mlctl, store):
    held.experiment(store, params="checks: {mute: [MLC027]}")
    assert "1 muted by checks.mute: MLC027" in mlctl("show", "1").out.splitlines()


def test_what_cannot_be_read_is_a_warning(mlctl, store):
    held.experiment(store, predictions="nonsense")
    ran = mlctl("show", "1")
    assert ran.code == 0
    assert "warning: not looked at: " in ran.err
    assert "predictions.csv cannot be read" in ran.err


def test_the_head_and_the_facts(mlctl, store):
    commit = {"commit": "3f9a1c" + "0" * 34, "branch": "main", "dirty": True}
    held.experiment(store, description="a first try", git=commit, ladder_id="")
    lines = mlctl("show", "1").out.splitlines()
    assert lines[1] == "a first try"
    code = next(line for line in lines if line.startswith("code"))
    assert code.endswith("3f9a1c000000 on main, with changes (changes.diff)")
    assert not any(line.startswith("ladder") for line in lines)


def test_a_ladder_that_recommends_nothing_says_why(mlctl, store):
    held.experiment(store, "dummy", folds=[0.9] * 5, rung_index=0)
    held.experiment(store)
    said = [line for line in mlctl("show", "2").out.splitlines() if line.startswith("ladder")]
    assert "no rung beats the dummy" in said[0]


def test_a_ladder_that_recommends_another_names_it(mlctl, shop):
    said = [line for line in mlctl("show", "1").out.splitlines() if line.startswith("ladder")]
    assert said[0].endswith("recommends shop_nogit_2")


def test_json_has_the_checks(mlctl, shop):
    document = mlctl("show", "2", "--json").json
    (record,) = document["experiments"]
    assert [one["code"] for one in record["checks"]] == ["MLC009", "MLC027"]
    assert set(record["checks"][0]) == {"code", "name", "figure", "reason", "remedy"}
    assert record["checks_muted"] == []
    assert document["files"] == []


def test_html_is_one_page_in_the_working_directory(mlctl, shop):
    ran = mlctl("show", "2", "--html")
    assert ran.code == 0
    assert ran.out == "shop_nogit_2.html\n"
    assert Path("shop_nogit_2.html").read_text().startswith("<!DOCTYPE html>")
    assert mlctl("show", "--html", "2", "page.html").out == "page.html\n"
    assert Path("page.html").exists()
    assert not Path("mlstore/projects/shop/models/kind/experiments/shop_nogit_2/reports").exists()


def test_a_file_without_html_is_a_mistake(mlctl, shop):
    ran = mlctl("show", "2", "page.html")
    assert ran.code == 2
    assert "fix: mlctl show 2 --html page.html" in ran.err


def test_plots_are_drawn_into_the_reports(mlctl, shop):
    pytest.importorskip("matplotlib")
    ran = mlctl("show", "2", "--plots", "--json")
    folder = "mlstore/projects/shop/models/kind/experiments/shop_nogit_2/reports/plots"
    names = ["confusion_matrix", "roc", "precision_recall", "calibration"]
    assert ran.json["files"] == [f"{folder}/{name}.png" for name in names]
    assert ran.json["experiments"][0]["artifact_file_paths"]["plot_roc"] == "reports/plots/roc.png"
    assert all(Path(file).exists() for file in ran.json["files"])
    both = mlctl("show", "2", "--plots", "--html")
    assert both.out.splitlines() == [*ran.json["files"], "shop_nogit_2.html"]


def test_a_page_of_what_failed_and_no_plots(mlctl, store):
    held.experiment(store)
    store.new_experiment(store.model("shop", "kind"), None, held.NOW, rung="svc").fail("timeout", "late")
    ran = mlctl("show", "2", "--html")
    assert ran.code == 0
    assert "has no held-out predictions" in ran.err
    assert "timeout: late" in Path("shop_nogit_2.html").read_text()
    ran = mlctl("show", "2", "--plots")
    assert ran.code == 3
    assert "has nothing to draw" in ran.err


BAD = {
    "one class": "row,actual,predicted,probability_a,probability_b\n0,a,a,0.9,0.1\n1,a,b,0.4,0.6\n",
    "two rows": "row,actual,predicted,probability_a,probability_b\n0,a,a,0.9,0.1\n1,b,b,0.4,0.6\n",
    "one row": "row,actual,predicted\n0,a,a\n",
    "NaN probabilities": "row,actual,predicted,probability_a,probability_b\n0,a,a,nan,nan\n1,b,b,0.4,0.6\n",
    "another script": "row,actual,predicted,probability_긍정,probability_부정\n"
    "0,긍정,부정,0.4,0.6\n1,부정,부정,0,1\n",
    "markup": "row,actual,predicted,probability_<script>,probability_$x_\n"
    "0,<script>,$x_,0.4,0.6\n1,$x_,$x_,0,1\n",
    "very long": f"row,actual,predicted\n0,{'long' * 900},b\n1,b,b\n",
    "letters": "row,actual,predicted\n" + "".join(f"{at},{chr(97 + at % 26)},a\n" for at in range(260)),
    "forty classes": "row,actual,predicted\n" + "".join(f"{at},c{at % 40},c1\n" for at in range(260)),
    "damaged": "row,actual\n",
    "no bytes": "",
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_predictions_never_end_in_a_traceback(mlctl, store, case):
    held.experiment(store, predictions=BAD[case])
    assert mlctl("show", "1").code == 0
    assert mlctl("show", "1", "--html", "page.html").code == 0
    text = Path("page.html").read_text()
    assert "<script>" not in text
    assert len(text) < 300_000
    assert mlctl("show", "1", "--plots").code == (3 if case in ("damaged", "no bytes") else 0)


@pytest.mark.parametrize(
    "rows", ["0,1,5\n1,2,5\n2,3,5\n", "0,1,1\n", "0,5,5\n1,5,5\n", "0,1,1\n1,2,-1e308\n"]
)
def test_regressions_of_every_kind(mlctl, store, rows):
    text = f"row,actual,predicted\n{rows}"
    held.experiment(store, predictions=text, task="regression", metric="r2_score")
    assert mlctl("show", "1").code == 0
    assert mlctl("show", "1", "--html", "page.html").code == 0
    assert "Residuals" in Path("page.html").read_text()
    assert mlctl("show", "1", "--plots").code == 0


def test_a_trained_experiment_is_shown_in_full(mlctl, iris):
    ran = mlctl("show", "2", "--html", "--max-minutes", "1")
    assert ran.code == 0, ran.err
    text = Path(ran.out.strip()).read_text()
    assert "Learning curve" in text
    assert "Permutation importance" in text
    assert ran.err.startswith("measuring what the columns and more rows are worth")
    assert mlctl("show", "2", "--html").err == ""
    record = mlctl("show", "2", "--json").json["experiments"][0]
    assert record["artifact_file_paths"]["importance"] == "reports/importance.json"
    assert json.loads(Path(record["directory"], "reports", "learning_curve.json").read_text())["steps"]
    store = find(Path.cwd(), explicit=None, environ={})
    store.verify(store.experiments("iris").records[1])


def test_a_negative_time_is_a_mistake(mlctl, shop):
    assert mlctl("show", "2", "--html", "--max-minutes", "-1").code == 2
