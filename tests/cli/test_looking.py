import csv
import io

import pytest


def test_status_shows_each_model(mlctl, small_store):
    ran = mlctl("status")
    assert ran.code == 0
    assert "iris/species" in ran.out
    assert "iris_3f9a1c_2" in ran.out
    assert "1 project · 1 model" in ran.err
    assert ran.err.rstrip().endswith("next: mlctl compare")


def test_status_of_an_empty_store_says_how_to_begin(mlctl, store):
    assert "mlctl params init DATA" in mlctl("status").err


def test_status_as_json(mlctl, small_store):
    model = mlctl("status", "--json").json["models"][0]
    assert model["experiments"] == 4
    assert model["recommended"] == "iris_3f9a1c_2"
    assert model["champion"] is None


@pytest.mark.parametrize("command", [["status"], ["compare"], ["show", "best"], ["project", "list"]])
def test_without_a_store_each_command_says_how_to_make_one(mlctl, command):
    ran = mlctl(*command)
    assert ran.code == 3
    assert "mlctl init" in ran.err
    assert ran.out == ""


def test_compare_ranks_marks_and_says_what_it_hid(mlctl, small_store):
    ran = mlctl("compare")
    lines = ran.out.splitlines()
    assert lines[0].split()[:5] == ["marks", "number", "rung", "accuracy_score", "accuracy_score_std"]
    assert [line.split()[:2] for line in lines[1:3]] == [["=", "4"], [">=", "2"]]
    assert "iris/species · 4 experiments · accuracy_score ↑ (5 folds × 1; ± their deviation)" in ran.err
    assert "> recommended   = not separable from the best" in ran.err
    assert "roc_auc" not in lines[0]


def test_compare_on_a_terminal_is_for_a_person(mlctl, small_store, monkeypatch):
    monkeypatch.setattr("mlctl.cli.out.is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "70")
    ran = mlctl("compare")
    assert "0.9500 ± 0.0063" in ran.out
    assert "+0.6180" in ran.out
    assert "columns hidden (70 wide): " in ran.err
    assert "--columns, --all-columns or --format csv show them" in ran.err


@pytest.mark.parametrize("form", ["csv", "md", "html", "table"])
def test_compare_in_each_format_holds_the_same_rows(mlctl, small_store, form):
    out = mlctl("compare", "--format", form).out
    for rung in ("dummy", "logistic_regression", "decision_tree", "hist_gradient_boosting"):
        assert rung in out


def test_compare_as_csv_is_read_by_machines(mlctl, small_store):
    rows = list(csv.DictReader(io.StringIO(mlctl("compare", "--format", "csv").out)))
    assert rows[0]["accuracy_score"] == "0.9506"
    assert float(rows[0]["delta_baseline"]) == pytest.approx(0.6186)


def test_compare_as_json_holds_the_records(mlctl, small_store):
    document = mlctl("compare", "--json").json
    assert document["metric"] == "accuracy_score"
    best, second = document["experiments"][:2]
    assert best["not_separable_from_best"]
    assert second["recommended"]
    assert second["evaluations"]["cross_validation"]["accuracy_score"]["folds"][0] == 0.95
    assert document["hidden"]
    assert document["warnings"] == []


def test_compare_filters_sorts_and_cuts(mlctl, small_store):
    ran = mlctl(
        "compare", "--filter", "accuracy_score > .92 and rung != dummy", "--sort", "number", "--top", "1"
    )
    assert len(ran.out.splitlines()) == 2
    assert "logistic_regression" in ran.out
    assert "1 row left out by --top" in ran.err
    assert "2 rows left out by --filter" in ran.err


def test_compare_shows_the_columns_that_are_asked_for(mlctl, small_store):
    assert mlctl("compare", "--columns", "name,C").out.splitlines()[0].split() == ["name", "C"]
    ran = mlctl("compare", "--columns", "nmae")
    assert ran.code == 2
    assert "did you mean name" in ran.err


def test_compare_all_columns_adds_what_does_not_differ(mlctl, small_store):
    few = mlctl("compare", "--format", "csv").out.splitlines()[0].split(",")
    everything = mlctl("compare", "--format", "csv", "--all-columns").out.splitlines()[0].split(",")
    assert set(few) < set(everything)
    assert "seed" in everything


def test_compare_only_what_is_named(mlctl, small_store):
    ran = mlctl("compare", "2", "iris_3f9a1c_3", "2")
    assert len(ran.out.splitlines()) == 3
    assert "1 parameter equal in all rows (tol 0.1): --all-columns" in ran.err


def test_compare_refuses_an_unknown_format(mlctl, small_store):
    ran = mlctl("compare", "--format", "xml")
    assert ran.code == 2
    assert "table, json, csv, md, html" in ran.err


def test_compare_of_a_model_without_experiments(mlctl, store):
    mlctl("model", "add", "iris/species")
    mlctl("project", "add", "iris")
    ran = mlctl("compare")
    assert ran.code == 3


def test_accuracy_of_a_rare_class_has_company(mlctl, small_store):
    mlctl("experiment", "update", "2", "--evaluations", '{"cross_validation": {"roc_auc": 0.9}}')
    assert "roc_auc" not in mlctl("compare", "2").out
    fields = mlctl("compare", "--columns", "name,roc_auc").out
    assert "0.9" in fields


def test_show_tells_everything(mlctl, small_store):
    ran = mlctl("show", "recommended")
    assert ran.out.startswith("iris_3f9a1c_2 · iris/species · logistic_regression · finished")
    assert "recommended" in ran.out.splitlines()[0]
    assert "parameters" in ran.out
    assert "C 1, tol 0.1" in ran.out
    assert "mlstore/projects/iris/models/species/experiments/iris_3f9a1c_2" in ran.out


def test_show_as_json_has_the_record_and_its_standing(mlctl, small_store):
    record = mlctl("show", "iris/species:2", "--json").json["experiments"][0]
    assert record["model_version_id"] == "iris_3f9a1c_2"
    assert record["recommended"]
    assert not record["champion"]
    assert record["project_name"] == "iris"


def test_show_of_a_failed_experiment_says_why(mlctl, small_store, store):
    from tests.cli.conftest import NOW

    model = store.model("iris", "species")
    store.new_experiment(model, None, NOW, rung="svc").fail("timeout", "not done in time")
    ran = mlctl("show", "5")
    assert "timeout: not done in time" in ran.out
    assert "no git commit" in ran.out


@pytest.mark.parametrize("ref", ["99", "nothing", "champion"])
def test_what_is_not_found_is_exit_3(mlctl, small_store, ref):
    ran = mlctl("show", ref)
    assert ran.code == 3
    assert ran.err.startswith("error: ")


def test_not_found_as_json_is_one_document(mlctl, small_store):
    ran = mlctl("show", "99", "--json")
    assert ran.code == 3
    assert ran.json["error"]["code"] == "not_found"
    assert ran.json["error"]["hint"]


def test_diff_tells_what_differs_and_whether_it_can_be_told(mlctl, small_store):
    ran = mlctl("diff", "2", "4")
    assert "C" in ran.out
    assert "the folds cannot tell them apart" in ran.err
    assert "iris_3f9a1c_4 is +0.0006 ±" in ran.err


def test_diff_of_one_with_itself_finds_nothing(mlctl, small_store):
    assert "nothing differs" in mlctl("diff", "2", "2").err


def test_diff_as_json(mlctl, small_store):
    document = mlctl("diff", "2", "3", "--json").json
    assert document["separable"]
    assert document["gain"] == pytest.approx(-0.05)
    assert {"section": "parameters", "name": "C", "one": 1.0, "other": None, "gain": None} in document[
        "differences"
    ]


def test_diff_across_data_says_so(mlctl, small_store, store):
    from tests.cli.conftest import NOW

    store.new_experiment(store.model("iris", "species"), None, NOW, metric="accuracy_score").finish()
    assert "different rows or folds" in mlctl("diff", "2", "5").err


def test_a_damaged_record_costs_itself_alone(mlctl, small_store):
    directory = small_store / "mlstore/projects/iris/models/species/experiments/iris_3f9a1c_3"
    (directory / "meta.yaml").write_bytes(b"\xff\xfe: [")
    ran = mlctl("compare")
    assert ran.code == 0
    assert "logistic_regression" in ran.out
    assert "decision_tree" not in ran.out
    assert "iris_3f9a1c_3/meta.yaml" in ran.err
    assert mlctl("status").code == 0
    assert mlctl("compare", "--json").json["warnings"]


def test_a_filter_that_nothing_passes_says_so(mlctl, small_store):
    ran = mlctl("compare", "--filter", "C > 100", "--columns", "name")
    assert (ran.code, ran.out) == (0, "")
    assert "no experiment passes the filter" in ran.err
    assert mlctl("compare", "--filter", "C > 100", "--json").json["experiments"] == []


def test_headings_and_other_spellings_of_a_metric_are_names_too(mlctl, small_store):
    assert len(mlctl("compare", "--filter", "accuracy > .92").out.splitlines()) == 3
    assert mlctl("compare", "--sort", "fit").code == 0
    assert "fit_s" in mlctl("compare", "--columns", "name,fit").out
    ran = mlctl("compare", "--sort", "speed")
    assert ran.code == 2
    assert "--all-columns" in ran.err


def test_a_tag_filters(mlctl, small_store):
    mlctl("experiment", "tag", "2", "keep")
    for text in ("tags == keep", "'keep' in tags", "keep in tags"):
        assert "logistic_regression" in mlctl("compare", "--filter", text).out
        assert len(mlctl("compare", "--filter", text).out.splitlines()) == 2
    assert len(mlctl("compare", "--filter", "tags != keep").out.splitlines()) == 4


def test_the_baseline_is_known_where_only_some_are_compared(mlctl, small_store):
    row = mlctl("compare", "2", "--json").json["experiments"][0]
    assert row["delta_baseline"] == pytest.approx(0.618)


def test_two_equal_experiments_are_said_to_be_equal(mlctl, small_store, store):
    from tests.actions.records import LINEAR
    from tests.cli.conftest import NOW

    again = store.new_experiment(
        store.model("iris", "species"), None, NOW, metric="accuracy_score", comparison_key="same",
        evaluations=LINEAR.evaluations, validation_dataset=LINEAR.validation_dataset,
    )  # fmt: skip
    again.finish()
    assert "their folds are equal in accuracy_score" in mlctl("diff", "2", "5").err
