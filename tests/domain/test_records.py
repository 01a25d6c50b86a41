import pytest

from mlctl.domain.records import Experiment, Model, Project


def test_a_record_survives_the_way_to_a_mapping_and_back():
    project = Project("p" * 32, "iris", "2026-01-01T00:00:00.000000Z", "flowers", ["a"])
    assert Project.from_dict(project.to_dict()) == project


def test_keys_of_a_later_version_are_passed_over():
    data = {"project_id": "1", "project_name": "iris", "created_datetime": "t", "invented_later": 1}
    assert Project.from_dict(data).project_name == "iris"


def test_what_the_place_tells_is_not_written():
    model = Model("m", "p", "species", "t", project_name="iris")
    assert "project_name" not in model.to_dict()
    assert Model.from_dict(model.to_dict(), project_name="iris") == model


def test_a_missing_field_is_a_type_error():
    with pytest.raises(TypeError, match="project_name"):
        Project.from_dict({"project_id": "1", "created_datetime": "t"})


def test_scores_are_the_mean_over_the_folds_or_the_value():
    experiment = Experiment(
        "e",
        "m",
        "iris_nogit_1",
        "t",
        evaluations={
            "cross_validation": {"accuracy_score": {"mean": 0.9, "std": 0.1, "folds": [0.8, 1.0]}},
            "test": {"accuracy_score": 1},
        },
    )
    assert experiment.score("cross_validation", "accuracy_score") == 0.9
    assert experiment.score("test", "accuracy_score") == 1.0
    assert experiment.score("train", "accuracy_score") is None
    assert experiment.folds("accuracy_score") == [0.8, 1.0]
    assert experiment.folds("log_loss") == []
