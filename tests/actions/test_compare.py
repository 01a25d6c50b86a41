from dataclasses import replace

import pytest

from mlctl.actions.compare import compare
from mlctl.errors import UsageError
from tests.actions.records import BOOSTING, DUMMY, LINEAR, TREE, experiment, scored

ALL = [DUMMY, LINEAR, TREE, BOOSTING]


def names(found):
    return [row.experiment.rung for row in found.rows]


def by_rung(found):
    return {row.experiment.rung: row for row in found.rows}


def test_the_best_stands_first():
    assert names(compare(ALL)) == ["hist_gradient_boosting", "logistic_regression", "decision_tree", "dummy"]


def test_differences_are_to_the_dummy_and_to_the_champion():
    rows = by_rung(compare(ALL, champion=TREE.model_version_id))
    assert rows["logistic_regression"].fields["delta_baseline"] == pytest.approx(0.618)
    assert rows["logistic_regression"].fields["delta_champion"] == pytest.approx(0.05)
    assert rows["dummy"].fields["delta_baseline"] is None
    assert rows["decision_tree"].fields["delta_champion"] is None
    assert rows["decision_tree"].champion


def test_marks_say_what_is_recommended_tied_and_in_use():
    rows = by_rung(compare(ALL, champion=TREE.model_version_id))
    assert rows["logistic_regression"].marks == ">="
    assert rows["hist_gradient_boosting"].marks == "="
    assert rows["decision_tree"].marks == "*"
    assert rows["dummy"].marks == ""


def test_other_data_is_marked_and_not_set_against():
    other = experiment(5, "svc", [0.99] * 5, comparison_key="other", ladder_id="earlier", git={"dirty": True})
    newest = replace(LINEAR, model_version_id="iris_3f9a1c_9")
    rows = by_rung(compare([DUMMY, newest, other]))
    assert rows["svc"].marks == "!~"
    assert rows["svc"].fields["delta_baseline"] is None


def test_a_single_best_is_not_marked_as_tied():
    assert not any(row.tied for row in compare([DUMMY, LINEAR, TREE]).rows)


def test_only_parameters_that_differ_are_columns_and_missing_is_different():
    found = compare(ALL[1:])
    assert set(found.differing) == {"C", "max_depth"}
    assert found.same == {"tol": 0.1}


def test_a_filter_keeps_what_passes_and_counts_the_rest():
    found = compare(ALL, keep="accuracy_score > .92 and rung != dummy")
    assert names(found) == ["hist_gradient_boosting", "logistic_regression"]
    assert found.filtered_out == 2


def test_top_cuts_and_counts():
    found = compare(ALL, top=1)
    assert names(found) == ["hist_gradient_boosting"]
    assert found.left_out == 3


@pytest.mark.parametrize(("sort", "first"), [("number", "dummy"), ("-number", "hist_gradient_boosting")])
def test_any_field_sorts(sort, first):
    assert names(compare(ALL, sort=sort))[0] == first


def test_text_sorts_too_and_what_is_missing_stands_last():
    assert names(compare(ALL, sort="rung"))[0] == "decision_tree"
    assert names(compare(ALL, sort="max_depth"))[0] == "decision_tree"


def test_an_unknown_field_or_metric_is_refused():
    with pytest.raises(UsageError, match="cannot sort by 'speed'"):
        compare(ALL, sort="speed")
    with pytest.raises(UsageError, match="unknown metric 'acuracy'"):
        compare(ALL, metric="acuracy")


def test_another_metric_ranks_by_its_own_direction():
    rungs = [
        replace(
            e,
            evaluations={
                "cross_validation": {"accuracy_score": scored([0.9] * 5), "log_loss": scored([v] * 5)}
            },
        )
        for e, v in ((DUMMY, 1.1), (LINEAR, 0.2), (TREE, 0.5))
    ]
    found = compare(rungs, metric="log_loss")
    assert names(found) == ["logistic_regression", "decision_tree", "dummy"]
    assert by_rung(found)["logistic_regression"].fields["delta_baseline"] == pytest.approx(0.9)


def test_failed_rungs_are_shown_last():
    failed = experiment(5, "svc", None, status="failed", comparison_key="")
    assert names(compare([*ALL, failed]))[-1] == "svc"


def test_nothing_finished_ranks_nothing():
    failed = experiment(5, "svc", None, status="failed")
    assert not any(row.tied for row in compare([failed]).rows)
