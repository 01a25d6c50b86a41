"""The file store that is written is the one that is read, and keeps MLflow's rules."""

from dataclasses import replace

import pytest
import yaml

from mlctl.errors import UsageError
from mlctl.interop.mlflow.entities import Run
from mlctl.interop.mlflow.read_files import read_files
from mlctl.interop.mlflow.write_files import write_files
from tests.interop.mlflow.whole import DATA, FIRST, GONE, IRIS, SECOND, tracking


@pytest.fixture
def artifacts(tmp_path):
    place = tmp_path / "artifacts"
    (place / "run" / "plots").mkdir(parents=True)
    (place / "run" / "plots" / "roc.png").write_bytes(b"\x89PNG")
    (place / "run" / "link").symlink_to("/etc/passwd")
    (place / "model").mkdir()
    (place / "model" / "MLmodel").write_text("flavors: {}\n")
    return place


@pytest.fixture
def written(tmp_path, artifacts):
    root = tmp_path / "a store"
    write_files(tracking(artifacts), root)
    return root


def test_round_trip(written):
    assert read_files(written) == tracking()


def test_artifacts_come_along_and_links_do_not(written):
    place = written / IRIS / FIRST / "artifacts"
    assert [p.relative_to(place).as_posix() for p in place.rglob("*")] == ["plots", "plots/roc.png"]
    assert (place / "plots" / "roc.png").read_bytes() == b"\x89PNG"
    assert (written / IRIS / "models" / f"m-{FIRST}" / "artifacts" / "MLmodel").is_file()


def test_what_mlflow_stumbles_over(written):
    run = yaml.safe_load((written / IRIS / FIRST / "meta.yaml").read_text())
    assert run["status"] == 3
    assert run["run_id"] == run["run_uuid"] == FIRST
    assert run["experiment_id"] == IRIS
    assert run["artifact_uri"] == (written / IRIS / FIRST / "artifacts").as_uri()
    assert "a%20store" in run["artifact_uri"]
    second = yaml.safe_load((written / IRIS / SECOND / "meta.yaml").read_text())
    assert (second["status"], second["end_time"], second["lifecycle_stage"]) == (4, None, "deleted")
    assert second["run_name"] == "yes"  # a text, and no truth value
    for kind in ("metrics", "params", "tags", "artifacts"):
        assert (written / IRIS / SECOND / kind).is_dir()
    params = written / IRIS / FIRST / "params"
    assert (params / "C").read_bytes() == b"0.1"
    assert (params / "model" / "solver").read_bytes() == b"lbfgs"
    loss = (written / IRIS / FIRST / "metrics" / "loss").read_text()
    assert loss == "5 1e-300 0\n6 nan 1\n7 -inf 2\n"
    logged = written / IRIS / "models" / f"m-{FIRST}"
    assert (logged / "metrics" / "loss").read_text() == f"9 0.5 2 {FIRST}\n"
    assert (written / "models" / "iris.species" / "aliases" / "champion").read_text() == "1"


def test_the_top_has_digits_the_registry_and_the_trash(written):
    assert sorted(p.name for p in written.iterdir()) == [".trash", IRIS, "models"]
    assert sorted(p.name for p in (written / ".trash").iterdir()) == [GONE]


def test_versions_say_where_their_files_lie(written, tmp_path):
    one = yaml.safe_load((written / "models" / "iris.species" / "version-1" / "meta.yaml").read_text())
    assert one["storage_location"] == (written / IRIS / "models" / f"m-{FIRST}" / "artifacts").as_uri()
    two = yaml.safe_load((written / "models" / "iris.species" / "version-2" / "meta.yaml").read_text())
    assert two["storage_location"] == "s3://b/m"


def test_uris_name_where_it_will_lie(tmp_path):
    write_files(tracking(), tmp_path / "stage", home=tmp_path / "home")
    meta = yaml.safe_load((tmp_path / "stage" / IRIS / "meta.yaml").read_text())
    assert meta["artifact_location"] == (tmp_path / "home" / IRIS).as_uri()


def test_an_illegal_key_is_refused(tmp_path):
    whole = tracking()
    bad = replace(whole.experiments[0].runs[0], params={"../x": "1"})
    experiment = replace(whole.experiments[0], runs=(bad,))
    with pytest.raises(UsageError, match=r"'\.\./x' is no key that MLflow takes"):
        write_files(replace(whole, experiments=(experiment,)), tmp_path / "store")


def test_an_input_without_words(tmp_path):
    plain = replace(DATA, schema="", profile="", context="")
    run = Run(FIRST, IRIS, "n", "RUNNING", 1, None, inputs=(plain,), tags={"mlflow.runName": "n"})
    whole = tracking()
    one = replace(
        whole,
        experiments=(replace(whole.experiments[0], runs=(run,)),),
        registered_models=(),
        logged_models=(),
    )
    write_files(one, tmp_path / "store")
    assert read_files(tmp_path / "store") == one
