import pytest

from mlctl.errors import UsageError
from mlctl.interop.posml.sketch import Model, Sketch
from mlctl.interop.posml.translate import model_names, translate

LEAST = {"proj_name": "p", "model_name": "m", "mart_id": "d"}
FULL = Sketch("src/load_data.py:load_data", "src/preprocess.py:preprocess", {"m": Model(("src/m.py:m",))})


def tree(sketch=None, *, with_loader=False, **keys):
    found = translate(LEAST | keys, sketch or Sketch(), "config.yaml", with_loader=with_loader)
    return found.tree, " ".join(found.notes)


def refusal(keys):
    with pytest.raises(UsageError) as caught:
        translate(keys, Sketch(), "config.yaml")
    return caught.value


def test_the_least():
    found, said = tree()
    assert found == {"project": "p", "model": "m", "data": {"dataset": "d"}}
    assert "the default ladder" in said


def test_what_the_folder_offers():
    found, said = tree(FULL)
    assert found["data"] == {"dataset": "d"}
    assert found["steps"] == {"preprocess": "src/preprocess.py:preprocess"}
    assert found["ladder"] == ["src/m.py:m"]
    assert said == ""
    found, said = tree(FULL, with_loader=True)
    assert found["steps"]["load_data"] == "src/load_data.py:load_data"
    assert found["data"] == {"target": "target"}
    assert "mart_id: d is not looked for" in said
    own = translate({"proj_name": "p", "model_name": "m"}, FULL, "config.yaml", with_loader=True)
    assert "mart_id" not in " ".join(own.notes)


@pytest.mark.parametrize(
    "value",
    [["a", "b"], [{"name_1": "a"}, {"name_2": "b"}], {"name_1": "a", "name_2": "b"}],
)
def test_several_names_are_rungs_of_one_model(value):
    assert model_names(value) == ["a", "b"]
    found, said = tree(model_name=value)
    assert found["model"] == "p"
    assert "2 names are 2 rungs of one model, 'p'" in said
    assert tree(model_name=value, experiment_name="e")[0]["model"] == "e"


def test_when_it_trains():
    found, said = tree(
        time_zone="Asia/Seoul",
        date_format="%Y",
        train_start_date="2026",
        train_schedule_interval="@daily",
        train_trigger_start_date="2027",
        train_trigger_schedule_interval="@hourly",
    )
    assert found["retrain"] == {
        "schedule": "@daily",
        "time_zone": "Asia/Seoul",
        "start_date": "2026",
        "date_format": "%Y",
        "check_schedule": "@hourly",
        "new_data": {},
    }
    assert "2027 has no place of its own" in said
    found, _ = tree(train_trigger_start_date="2027", train_trigger_schedule_interval="@hourly")
    assert found["retrain"]["start_date"] == "2027"
    assert tree(date_format="%Y", train_schedule_interval="@daily")[0]["retrain"] == {"schedule": "@daily"}
    assert "retrain" not in tree(time_zone="UTC", train_schedule_interval="None")[0]


NAMES = ["accuracy_score", "f1_score", "log_loss", "precision_score", "recall_score", "roc_auc"]


@pytest.mark.parametrize("name", [*NAMES, "mean_squared_error", "r2_score"])
def test_the_metrics_and_their_forms_of_training(name):
    found, said = tree(mlflow={"target_metric": name})
    assert found["metric"] == name
    assert "target_metric" not in said
    found, said = tree(**{"mlflow.target_metric": f"training_{name}"})
    assert found["metric"] == name
    assert f"its held-out twin {name} ranks" in said


def test_what_has_no_place():
    _, said = tree(tracking_uri="http://there", experiment_name="e", register_model=True)
    assert "mlctl push mlflow http://there" in said
    assert "mlflow.experiment_name" in said
    assert "mlflow.register_model" in said


def test_every_problem_at_once():
    error = refusal(
        {
            "proj_name": None,
            "model_name": [3],
            "time_zone": 9,
            "mlflow": {"target_metric": "acc", "register_model": "yes"},
            "marts": 1,
        }
    )
    assert error.message == "config.yaml has 7 problems"
    assert [line.partition(":")[0] for line in error.details] == [
        "marts",
        "mart_id",
        "proj_name",
        "model_name",
        "time_zone",
        "mlflow.target_metric",
        "mlflow.register_model",
    ]


def test_keys_of_both_forms():
    error = refusal(LEAST | {"data": {}})
    assert error.message == "config.yaml has 3 problems"
    assert "here it is project" in error.details[0]


def test_a_name_twice():
    assert refusal(LEAST | {"model_name": ["a", "a"]}).message == "config.yaml has a problem"


def test_errors_are_told_by_the_keys_that_were_written():
    found = translate(LEAST, Sketch(), "config.yaml")
    error = found.in_their_words(UsageError("bad", "hint", ("project: 'x' — no", "seed: no")))
    assert error.details == ("proj_name: 'x' — no", "seed: no")


def test_a_key_without_a_value_is_as_good_as_absent():
    assert "metric" not in tree(mlflow={"target_metric": None})[0]
