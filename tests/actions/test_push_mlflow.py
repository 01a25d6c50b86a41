"""Experiments on a server; MLflow's own file store stands in for one, and misbehaves as told."""

import contextlib
import json

import pytest

from mlctl.actions.as_mlflow import AsMlflow, choose
from mlctl.actions.push_mlflow import push
from mlctl.errors import MlctlError
from mlctl.interop.mlflow.client_open import in_words
from mlctl.interop.mlflow.client_write import KEY, LONGEST_PARAM
from tests.actions.mlflow_stores import NOW, make, promote, trained
from tests.actions.test_as_mlflow import imported
from tests.interop.mlflow.peers import Counting, file_api

pytestmark = pytest.mark.filterwarnings("default")  # what MLflow's own imports warn of


@pytest.fixture
def made(tmp_path):
    return make(tmp_path)


@pytest.fixture
def peer(tmp_path, monkeypatch):
    return file_api(tmp_path / "server", monkeypatch)


def pushed(store, api, *refs, told=lambda _version, _state: None, **more):
    @contextlib.contextmanager
    def connect(url):
        with in_words(url):
            yield api

    return push(store, choose(store, refs)[0], "http://h", user="lee", told=told, connect=connect, **more)


def there(api):
    """What the server has, by our ids; its own ids and clocks aside."""
    client = api.client
    found = {}
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id]):
            history = {
                key: sorted(
                    (p.step, p.timestamp, repr(p.value))
                    for p in client.get_metric_history(run.info.run_id, key)
                )
                for key in run.data.metrics
            }
            models = [client.get_logged_model(one.model_id) for one in run.outputs.model_outputs]
            found[run.data.tags[KEY]] = {
                "in": experiment.name,
                "status": run.info.status,
                "times": (run.info.start_time, run.info.end_time),
                "params": run.data.params,
                "tags": run.data.tags,
                "history": history,
                "inputs": [(i.dataset.name, i.dataset.digest) for i in run.inputs.dataset_inputs],
                "artifacts": sorted(listed(client, run.info.run_id, None)),
                "models": [(m.name, str(m.status), m.params, m.tags) for m in models],
            }
    return found, registry(client)


def listed(client, run_id, path):
    for one in client.list_artifacts(run_id, path):
        yield from listed(client, run_id, one.path) if one.is_dir else [(one.path, one.file_size)]


def registry(client):
    return {
        model.name: (
            dict(model.tags),
            {
                alias: int(version)
                for alias, version in client.get_registered_model(model.name).aliases.items()
            },
            sorted(
                (int(v.version), v.tags[KEY], v.description)
                for v in client.search_model_versions(f"name='{model.name}'")
            ),
        )
        for model in client.search_registered_models()
    }


def test_everything_arrives(made, peer):
    store, model = made
    lines = []
    done = pushed(store, peer, told=lambda version, state: lines.append((version, state)))
    assert (len(done.new), done.completed, done.there, done.versions) == (4, [], [], 1)
    assert done.moved == ["iris.species@champion is version 1"]
    assert lines[0] == ("iris_3f9a1c_1", "new")
    found, registered = there(peer)
    translate = AsMlflow(store, "lee")
    for experiment in store.experiments("iris").records:
        carried = translate.carried(model, experiment)
        run, one = carried.run, found[experiment.experiment_id]
        assert one["in"] == "iris/species"
        assert (one["status"], one["times"]) == (run.status, (run.start_ms, run.end_ms))
        assert one["params"] == run.params
        assert {key: value for key, value in one["tags"].items() if key != "mlctl.pushed"} == run.tags
        points = {(p.key, p.step, p.time_ms, repr(p.value)) for p in run.points}
        assert {(k, *point) for k, history in one["history"].items() for point in history} == points
        assert one["inputs"] == [(used.name, used.digest) for used in run.inputs]
        assert len(one["models"]) == (carried.made is not None)
        assert "mlctl_record.yaml" in dict(one["artifacts"])
    first = store.experiments("iris").records[0]
    assert dict(found[first.experiment_id]["artifacts"])["plots/roc.png"] == 4
    assert found[first.experiment_id]["models"][0][1].endswith("READY")
    assert registered == {
        "iris.species": (
            {"mlctl.model_id": model.model_id}, {"champion": 1}, [(1, first.experiment_id, "better")],
        )
    }  # fmt: skip


def test_again_sends_nothing(made, peer):
    pushed(made[0], peer)
    before = there(peer)
    counting = type(peer)(Counting(peer.client, 10**9, OSError), peer.entities, peer.url)
    done = pushed(made[0], counting)
    assert (done.new, done.completed, len(done.there), done.versions, done.moved) == ([], [], 4, 0, [])
    assert not done.changed
    assert not [name for name in counting.client.calls if name.startswith(("create", "log", "set"))]
    assert there(peer) == before


def _reset():
    from mlflow.exceptions import MlflowException

    return MlflowException(
        "API request to http://h failed with exception ('Connection aborted.', reset by peer)"
    )


@pytest.mark.parametrize(
    "most",
    [3, 8, 14, 25, *(pytest.param(most, marks=pytest.mark.slow) for most in (5, 6, 10, 12, 17, 20, 30))],
)
def test_a_push_that_broke_off_goes_on(made, peer, tmp_path, monkeypatch, most):
    store, _ = made
    failing = type(peer)(Counting(peer.client, most, _reset), peer.entities, peer.url)
    with pytest.raises(
        MlctlError, match=r"broke the connection off; \d of 4 runs are there in full"
    ) as caught:
        pushed(store, failing)
    assert caught.value.may_pass
    assert "the same command" in caught.value.hint
    done = pushed(store, peer)
    assert len(done.new) + len(done.completed) + len(done.there) == 4
    whole = file_api(tmp_path / "other", monkeypatch)
    pushed(store, whole)
    assert there(peer) == there(whole)


def test_what_changed_is_brought_up_to_date(made, peer):
    store, model = made
    pushed(store, peer)
    first = store.experiments("iris").records[0]
    store.tag(first, "late")
    store.update(model, description="other words")
    second = trained(store, model, 5)
    promote(store, model, second)
    (store.experiment_directory(first) / "reports").mkdir()
    (store.experiment_directory(first) / "reports" / "card.md").write_text("card")
    done = pushed(store, peer)
    assert (done.new, done.completed) == ([second.model_version_id], [first.model_version_id])
    assert done.versions == 1
    assert done.moved == ["iris.species@champion is version 2, was 1"]
    found, registered = there(peer)
    assert found[first.experiment_id]["tags"]["late"] == ""
    assert ("reports/card.md", 4) in found[first.experiment_id]["artifacts"]
    assert registered["iris.species"][1] == {"champion": 2}
    (experiment,) = [e for e in peer.client.search_experiments() if e.name == "iris/species"]
    assert experiment.tags["mlflow.note.content"] == "other words"


def test_a_later_promotion_of_what_was_sent(made, peer):
    store, model = made
    second = trained(store, model, 5)
    pushed(store, peer)
    promote(store, model, second)
    peer.client.set_registered_model_tag("iris.species", "mlctl.model_id", "another")
    done = pushed(store, peer)
    assert peer.client.get_registered_model("iris.species").tags == {"mlctl.model_id": model.model_id}
    assert (done.new, done.completed, done.versions) == ([], [], 1)
    assert done.changed


def test_an_experiment_that_was_deleted_there_comes_back(made, peer):
    store, _ = made
    done = pushed(store, peer)
    peer.client.delete_experiment(done.experiments["iris/species"])
    again = pushed(store, peer)
    assert again.warnings == ["the experiment iris/species had been deleted there, and was restored"]
    assert len(again.there) == 4


def test_what_is_too_long_is_cut_and_said(made, peer):
    store, model = made
    opened = store.new_experiment(model, None, NOW)
    opened.finish(parameters={"vocabulary": "x" * (LONGEST_PARAM + 1)}, description="y" * 6000)
    done = pushed(store, peer, "5")
    assert sorted(done.warnings) == [
        "mlflow.note.content: cut after 5,000 of 6,000 characters; the artifacts have it whole",
        "vocabulary: cut after 6,000 of 6,001 characters; the artifacts have it whole",
    ]


def test_many_values_go_in_batches(made, peer):
    store, model = made
    opened = store.new_experiment(model, None, NOW)
    opened.finish(
        parameters={f"p{number}": number for number in range(250)},
        evaluations={"cross_validation": {"r2": {"mean": 0.0, "std": 0.0, "folds": [0.5] * 2100}}},
    )
    counting = type(peer)(Counting(peer.client, 10**9, OSError), peer.entities, peer.url)
    pushed(store, counting, "5")
    assert counting.client.calls.count("log_batch") == 3
    found, _ = there(peer)
    (one,) = found.values()
    assert len(one["params"]) == 250
    assert len(one["history"]["cross_validation_r2_fold"]) == 2100


def test_a_model_that_cannot_come_along_costs_itself_alone(made, peer):
    store, model = made
    opened = store.new_experiment(model, None, NOW)
    opened.write("model.joblib", b"x")
    experiment = opened.finish(artifact_file_paths={"model": "model.joblib"})
    promote(store, model, experiment)
    done = pushed(store, peer, "5")
    assert len(done.warnings) == 1
    assert done.versions == 0
    found, _ = there(peer)
    assert ("model.joblib", 1) in found[experiment.experiment_id]["artifacts"]


def test_what_came_from_mlflow_goes_back(made, peer):
    store, _ = made
    first = store.experiments("iris").records[0]
    imported(store, first)
    done = pushed(store, peer, "1")
    assert done.versions == 1
    found, _ = there(peer)
    assert found[first.experiment_id]["params"] == {"lr": "0.10"}
    assert len(found[first.experiment_id]["models"]) == 1


class Older(Counting):
    """A server of 2.x: it knows no logged models."""

    def __getattr__(self, name):
        if name in ("search_logged_models", "create_logged_model"):
            return _unknown
        if name == "list_artifacts":
            return lambda run_id, path: _unknown() if path else self.client.list_artifacts(run_id, path)
        return super().__getattr__(name)


def _unknown(*_words, **_named):
    from mlflow.exceptions import MlflowException

    raise MlflowException(
        "API request to endpoint /api/2.0/mlflow/logged-models/search failed with error code 404 != 200"
    )


def test_servers_without_logged_models_get_a_folder(made, peer):
    store, _ = made
    older = type(peer)(Older(peer.client, 10**9, OSError), peer.entities, peer.url)
    done = pushed(store, older, "1")
    assert done.versions == 1
    found, _ = there(peer)
    first = store.experiments("iris").records[0]
    assert "model/MLmodel" in dict(found[first.experiment_id]["artifacts"])
    (version,) = peer.client.search_model_versions("name='iris.species'")
    assert version.source.startswith("runs:/")
    again = pushed(store, older, "1")
    assert (again.there, again.versions) == (["iris_3f9a1c_1"], 0)


class OldClient(Counting):
    """A client of 2.x: it has no words for logged models."""

    def __getattr__(self, name):
        if "logged_model" in name:
            raise AttributeError(name)
        return super().__getattr__(name)


def test_old_clients_send_a_folder(made, peer):
    store, _ = made
    old = type(peer)(OldClient(peer.client, 10**9, OSError), peer.entities, peer.url)
    assert pushed(store, old, "1").versions == 1
    found, _ = there(peer)
    (one,) = found.values()
    assert "model/MLmodel" in dict(one["artifacts"])


def test_a_refusal_has_its_own_words(made, peer):
    def refuse():
        from mlflow.exceptions import MlflowException

        return MlflowException(
            "API request to endpoint x failed with error code 403 != 200. Response body: 'no'"
        )

    failing = type(peer)(Counting(peer.client, 0, refuse), peer.entities, peer.url)
    with pytest.raises(MlctlError) as caught:
        pushed(made[0], failing)
    assert caught.value.message == "http://h refuses the credentials (HTTP 403)"


def test_the_document(made, peer):
    done = pushed(made[0], peer)
    assert json.loads(json.dumps(done.to_dict()))["new"] == done.new


def test_a_push_may_break_off_twice(made, peer):
    store, _ = made
    at_the_end = type(peer)(Counting(peer.client, 14, _reset), peer.entities, peer.url)
    with pytest.raises(MlctlError):
        pushed(store, at_the_end)

    class NoListing(Counting):
        def __getattr__(self, name):
            if name == "list_artifacts":
                raise _reset()
            return super().__getattr__(name)

    unlisted = type(peer)(NoListing(peer.client, 10**9, _reset), peer.entities, peer.url)
    with pytest.raises(MlctlError, match="broke the connection off"):
        pushed(store, unlisted)
    pushed(store, peer)
    assert len(pushed(store, peer).there) == 4
