import pytest
from pydantic import ValidationError

from mlctl.params.model import REQUIRED, Data, Parameters, known_keys
from mlctl.params.problems import problems_of
from mlctl.params.rung import Rung

LEAST = {"project": "iris", "model": "species", "data": {"source": "sklearn:iris", "target": "target"}}


def problems(**keys):
    with pytest.raises(ValidationError) as caught:
        Parameters.model_validate(LEAST | keys)
    found = problems_of(caught.value, known_keys(), REQUIRED)
    return [(".".join(map(str, problem.place)), problem.text) for problem in found]


def test_everything_but_project_model_and_data_has_a_default():
    found = Parameters.model_validate(LEAST)
    assert (found.task, found.metric, found.ladder, found.all_rungs) == (None, None, "auto", False)
    assert (found.jobs, found.seed, found.description) == (None, 0, "")
    assert (found.cross_validation.folds, found.cross_validation.repeats) == (5, "auto")
    assert (found.search.max_points, found.stop.max_minutes, found.stop.target) == (12, 60.0, None)
    limits = found.limits
    assert (limits.latency_ms, limits.size_mb, limits.rung_minutes, limits.memory_gb) == (100, 200, 20, None)


def test_what_is_missing_is_named_with_its_form():
    with pytest.raises(ValidationError) as caught:
        Parameters.model_validate({"data": None})
    found = [(p.place, p.text) for p in problems_of(caught.value, known_keys(), REQUIRED)]
    assert found == [
        (("project",), "missing; wanted the name of the project"),
        (("model",), "missing; wanted the name of the model"),
        (("data", "target"), "missing; wanted the name of the column to predict"),
    ]


def test_parameters_are_frozen():
    found = Parameters.model_validate(LEAST)
    with pytest.raises(ValidationError, match="frozen"):
        found.seed = 3


def test_built_from_values():
    data = Data(source="sklearn:iris", target="target")
    found = Parameters(project="iris", model="species", data=data, ladder=(Rung(kind="svc"),))
    assert found.ladder == (Rung(kind="svc"),)


def test_the_metric_gets_its_canonical_name():
    assert Parameters.model_validate(LEAST | {"metric": "AUC"}).metric == "roc_auc"
    assert Parameters.model_validate(LEAST | {"task": "regression", "metric": "rmse"}).metric == (
        "root_mean_squared_error"
    )


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"metric": "acuracy"}, "wanted a metric; did you mean accuracy_score?"),
        ({"metric": "r2_scor", "task": "regression"}, "wanted a metric; did you mean r2_score?"),
        (
            {"metric": "qqq", "task": "regression"},
            "wanted one of r2_score, explained_variance_score, root_mean",
        ),
        (
            {"metric": "f1", "task": "regression"},
            "wanted a metric of regression, not of classification: one of r2_score, explained_variance_score",
        ),
    ],
)
def test_a_metric_that_will_not_do(keys, text):
    ((place, found),) = problems(**keys)
    assert place == "metric"
    assert found.startswith(text)


def test_a_rung_of_the_wrong_task():
    assert problems(task="regression", ladder=["svc"]) == [
        ("ladder.0", "svc is for classification and the task is regression; did you mean svr?")
    ]


def test_a_split_wants_its_column():
    text = "wanted the column as well; name it under data."
    assert problems(split={"method": "time"}) == [("split.method", f"{text}time")]
    assert problems(split={"method": "group"}) == [("split.method", f"{text}group")]
    data = LEAST["data"] | {"time": "when"}
    assert (
        Parameters.model_validate(LEAST | {"data": data, "split": {"method": "time"}}).split.method == "time"
    )


def test_a_number_has_no_positive_class():
    data = LEAST["data"] | {"positive": "yes"}
    assert problems(task="regression", data=data) == [
        ("data.positive", "wanted no positive class where the task is regression")
    ]


def test_problems_of_different_keys_are_told_together():
    found = problems(metric="acuracy", ladder=["svcc"], stop={"max_minutes": "soon"}, jobs=0, nonsense=1)
    assert [place for place, _ in found] == ["metric", "ladder.0", "stop.max_minutes", "jobs", "nonsense"]


def test_the_keys_of_each_section():
    keys = known_keys()
    assert keys[("stop",)] == ("target", "max_minutes")
    assert keys[()][:4] == ("project", "model", "description", "task")
    sections = {"data", "steps", "preprocess", "split", "cross_validation", "search", "stop", "limits"}
    sections |= {"bench", "promote", "retrain", "checks"}
    inner = {("data", "sql"), ("promote", "metrics"), ("retrain", "notify", "email")}
    inner |= {("retrain", name) for name in ("new_data", "degraded", "drift", "usage", "retry", "notify")}
    assert set(keys) == {(), *inner, *((name,) for name in sections)}
    assert keys[("data", "sql")] == ("url", "query", "query_file", "parameters")


def test_metrics_of_the_gate_get_their_canonical_names():
    tree = {"metric": "training_AUC", "metrics": {"accuracy": {"min": 0.9}, "training_f1": {"max": 1}}}
    found = Parameters.model_validate(LEAST | {"promote": tree}).promote
    assert found.metric == "training_roc_auc"
    assert list(found.metrics) == ["accuracy_score", "training_f1_score"]


def test_metrics_that_the_gate_cannot_judge_by():
    tree = {"metric": "acuracy", "metrics": {"rmse": {"min": 1}, "f1": {"mim": 1}}}
    assert problems(task="classification", promote=tree) == [
        ("promote.metrics.f1.mim", "not a known key; did you mean min?")
    ]
    del tree["metrics"]["f1"]
    found = problems(task="classification", promote=tree)
    assert [place for place, _ in found] == ["promote.metric", "promote.metrics.rmse"]
    assert found[0][1] == "wanted a metric; did you mean accuracy_score?"
    assert found[1][1].startswith("wanted a metric of classification, not of regression: one of ")
    assert problems(promote={"metrics": {"f1": 3}}) == [
        ("promote.metrics.f1", "wanted a section with some of min, max")
    ]


LOADER = {"project": "p", "model": "m", "steps": {"load_data": "src/a.py:rows"}}


def test_a_step_that_loads_is_where_rows_come_from():
    found = Parameters.model_validate(LOADER)
    assert (found.data.function, found.data.target) == ("src/a.py:rows", "target")
    assert Parameters.model_validate(LOADER | {"data": {"target": "y", "drop": ["a"]}}).data.target == "y"
    again = Parameters.model_validate(LOADER | {"data": {"function": "src/a.py:rows"}})
    assert again.data.function == again.steps.load_data


def test_rows_come_from_one_place():
    tree = {key: value for key, value in LOADER.items() if key == "steps"}
    assert problems(**tree, data={"path": "a.csv", "target": "y"}) == [
        ("steps.load_data", "data.path names rows as well; keep one")
    ]
    assert problems(steps={"load_data": 3})[0][0] == "steps.load_data"


def test_a_dataset_names_its_own_target():
    tree = {"project": "p", "model": "m", "data": {"dataset": "mart"}}
    assert Parameters.model_validate(tree).data.target == ""
    assert problems(data={"dataset": "mart", "keep": "query"}) == [
        ("data.keep", "wanted snapshot: the dataset's own record says how it is kept")
    ]
    assert ("data.target", "missing; wanted the name of the column to predict") in problems(
        data={"path": "a"}
    )
