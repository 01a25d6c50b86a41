import numpy as np
import pytest
from sklearn.dummy import DummyRegressor

from mlctl.ml import model_file, tasks
from mlctl.ml.tasks import HeldOut, fit_fold, measure_latency, refit, scores_on
from tests.ml import foreigners, problems

PLAIN = problems.COLUMNS[1:2]


def foreign(name, **parameters):
    return problems.foreign(f"tests.ml.foreigners.{name}", 1, parameters)


def test_a_fold_is_fitted_and_scored_on_the_rows_it_keeps_back():
    problem = problems.problem(columns=PLAIN)
    found = fit_fold(problem, problems.rung("decision_tree"), 0, 2)
    assert found.scores["accuracy_score"] == 1.0  # the whole number tells the class
    assert found.scores["log_loss"] == pytest.approx(0, abs=1e-9)
    assert found.fit_s > 0
    assert found.predict_s > 0
    assert found.warnings == ()


def test_positions_of_folds_count_within_the_training_part():
    problem = problems.problem("regression", columns=PLAIN)
    fitted, scored = problem.folds.pairs[0]
    found = fit_fold(problem, problems.rung("dummy", "regression"), 0, 0)
    dummy = DummyRegressor().fit(fitted[:, None], problem.target[fitted])
    expected = np.mean((problem.target[scored] - dummy.predict(scored[:, None])) ** 2)
    assert found.scores["mean_squared_error"] == pytest.approx(expected, rel=1e-12)


def test_training_rows_may_be_any_part_of_the_table():
    problem = problems.problem(columns=PLAIN)
    moved = problems.problem(
        target=np.concatenate([problem.target[18:], problem.target[:18]]), columns=PLAIN, folds=problem.folds
    )
    rolled = tasks.Problem(
        problem.frame.iloc[np.r_[18:90, 0:18]].reset_index(drop=True), moved.target, PLAIN, "classification",
        np.r_[72:90, 0:54], np.r_[54:72], problem.folds, "accuracy_score", moved.classes,
    )  # fmt: skip
    one, other = (fit_fold(p, problems.rung("logistic_regression"), 0, 1) for p in (problem, rolled))
    assert one.scores == other.scores


@pytest.mark.parametrize(
    ("name", "classes", "there", "absent"),
    [
        ("Majority", ("no", "yes"), {"accuracy_score"}, {"roc_auc", "log_loss"}),
        ("Decisive", ("no", "yes"), {"roc_auc"}, {"log_loss"}),
        ("Decisive", ("a", "b", "c"), {"accuracy_score"}, {"roc_auc", "log_loss"}),
        ("Unsure", ("no", "yes"), {"roc_auc", "log_loss", "brier_score_loss"}, set()),
        ("Unsure", ("a", "b", "c"), {"roc_auc", "log_loss"}, {"brier_score_loss"}),
    ],
)
def test_what_can_be_scored_depends_on_what_the_estimator_gives(name, classes, there, absent):
    problem = problems.problem(target=problems.labels(classes), columns=PLAIN)
    scores = fit_fold(problem, foreign(name), 0, 0).scores
    assert there <= set(scores)
    assert not absent & set(scores)


def test_warnings_are_collected_once_each_and_deprecations_left_out():
    problem = problems.problem(columns=PLAIN)
    found = fit_fold(problem, foreign("Majority", behaviour="warn"), 0, 0)
    assert found.warnings == ("ConvergenceWarning: did not converge",)


def test_of_many_long_warnings_some_are_kept_and_cut():
    problem = problems.problem(columns=PLAIN)
    found = fit_fold(problem, foreign("Majority", behaviour="warn_much"), 0, 0)
    assert len(found.warnings) == tasks.MOST_WARNINGS + 1
    assert found.warnings[1].startswith(r"ConvergenceWarning: 1 \ud800\x1bxxx")
    assert found.warnings[-1] == "and 80 other warnings"
    assert all(len(warning) < 600 for warning in found.warnings)


def test_one_answer_for_all_rows_is_none():
    problem = problems.problem(columns=PLAIN)
    with pytest.raises(ValueError, match="predict gave 1 answers for 15 rows"):
        fit_fold(problem, foreign("Terse"), 0, 0)


def test_the_refit_saves_a_model_that_gives_the_scores_again(tmp_path):
    problem = problems.problem(need_probabilities=True)
    found = refit(problem, problems.rung("svc"), 0, tmp_path)
    model = model_file.load(tmp_path / found.saved.file)
    assert scores_on(problem, model, problem.train) == found.train
    assert scores_on(problem, model, problem.test) == found.test
    assert set(found.test) == set(found.train) >= {"accuracy_score", "log_loss", "roc_auc"}
    assert found.fit_s > 0
    assert found.predict_s > 0


def test_held_out_rows_are_plain_python(tmp_path):
    problem = problems.problem(columns=PLAIN)
    held_out = refit(problem, problems.rung("decision_tree"), 0, tmp_path).held_out
    assert held_out.rows == list(range(72, 90))
    assert held_out.truth == held_out.predicted == problem.target[72:].tolist()
    first = next(held_out.table())
    assert [type(value) for value in first] == [int, str, str, float, float]
    assert first[3] + first[4] == 1.0


def test_held_out_rows_of_a_regression_have_no_probabilities(tmp_path):
    problem = problems.problem("regression", columns=PLAIN)
    held_out = refit(problem, problems.rung("ridge", "regression"), 0, tmp_path).held_out
    assert held_out.probabilities == []
    assert [len(row) for row in held_out.table()] == [3] * 18


def test_a_table_of_held_out_rows():
    held_out = HeldOut([4, 7], ["a", "b"], ["a", "a"], [[0.9, 0.1], [0.6, 0.4]])
    assert list(held_out.table()) == [(4, "a", "a", 0.9, 0.1), (7, "b", "a", 0.6, 0.4)]


def test_whole_numbers_and_booleans_are_classes_too(tmp_path):
    for classes in ((0, 1), (False, True)):
        target = np.array(problems.labels(classes).tolist())
        problem = problems.problem(target=target, columns=PLAIN)
        found = refit(problem, problems.rung("logistic_regression"), 0, tmp_path)
        assert set(found.held_out.predicted) == set(classes)
        assert {type(label) for label in found.held_out.predicted} == {type(classes[0])}


def test_latency_is_that_of_the_file(tmp_path):
    problem = problems.problem(columns=PLAIN)
    saved = refit(problem, problems.rung("decision_tree"), 0, tmp_path).saved
    found = measure_latency(problem, tmp_path / saved.file)
    assert 0 < found.batch_row_us < found.single_row_us <= found.single_row_p95_us


def test_a_foreign_model_may_be_timed(tmp_path):
    problem = problems.problem(columns=PLAIN)
    saved = refit(problem, foreign("Majority"), 0, tmp_path).saved
    assert saved.untrusted == (f"{foreigners.__name__}.Majority",)
    assert measure_latency(problem, tmp_path / saved.file).single_row_us > 0
