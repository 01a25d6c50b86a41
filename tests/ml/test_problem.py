from tests.ml import problems


def test_a_problem_knows_its_metric_and_how_its_pipelines_are_built():
    problem = problems.problem(seed=3, time="day")
    assert problem.primary.name == "accuracy_score"
    assert problem.how_to_build() == {
        "n_classes": 2,
        "seed": 3,
        "need_probabilities": False,
        "time": "day",
        "transformer": None,
    }
