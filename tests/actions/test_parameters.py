import pytest

from mlctl.actions.parameters import load_file
from mlctl.errors import NotFoundError, UsageError

CONFIG = "proj_name: p\nmodel_name: m\nmart_id: mart\ntime_zone: UTC\n"


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def test_a_foreign_file_becomes_ours(config):
    found = load_file(config)
    assert (found.parameters.project, found.parameters.data.dataset) == ("p", "mart")
    assert not found.overridden
    assert "the default ladder" in found.notes[0]
    assert found.effective["data"]["target"] is None


def test_settings_of_either_form_stand_over_it(config):
    found = load_file(config, ["mart_id=other", "mlflow.target_metric=r2_score", "data.target=y"])
    assert (found.parameters.data.dataset, found.parameters.data.target) == ("other", "y")
    assert found.parameters.metric == "r2_score"
    assert found.overridden


def test_what_is_wrong_is_told_by_the_keys_that_were_written(config):
    config.write_text(CONFIG + "train_schedule_interval: '@often'\n")
    with pytest.raises(UsageError) as caught:
        load_file(config)
    assert caught.value.details[0].startswith("train_schedule_interval: '@often' — wanted one of @once")


def test_no_file(tmp_path):
    with pytest.raises(NotFoundError):
        load_file(tmp_path / "gone.yaml")


def test_our_own_form(tmp_path):
    (tmp_path / "p.yaml").write_text("{project: p, model: m, data: {source: 'sklearn:iris', target: target}}")
    assert load_file(tmp_path / "p.yaml", ["seed=3"]).parameters.seed == 3
