import json

import pytest


def test_init_makes_a_store_once(mlctl, nowhere_else):
    first = mlctl("init")
    assert (first.code, first.out) == (0, "mlstore\n")
    assert (nowhere_else / "mlstore" / "FORMAT").read_text() == "mlctl-store 1\n"
    assert "was there already" in mlctl("init").err
    assert mlctl("init", "--json").json["created"] is False


def test_init_elsewhere(mlctl, tmp_path):
    assert mlctl("init", tmp_path / "other").out == f"{tmp_path / 'other'}\n"
    assert mlctl("status", "--store", tmp_path / "other").code == 0


def test_a_project_is_added_once_and_named_after(mlctl, store):
    assert mlctl("project", "add", "고객 이탈", "-d", "churn").out == "고객 이탈\n"
    again = mlctl("project", "add", "고객 이탈", "--json").json
    assert again["created"] is False
    assert again["projects"][0]["description"] == "churn"
    assert "was there already" in mlctl("project", "add", "고객 이탈").err


@pytest.mark.parametrize(
    ("name", "rule"), [("2024", "all digits"), ("a/b", "slash"), ("..", "begins with"), ("", "empty")]
)
def test_a_name_that_breaks_a_rule_is_refused_with_it(mlctl, store, name, rule):
    ran = mlctl("project", "add", name)
    assert ran.code == 2
    assert rule in ran.err


def test_projects_are_listed_and_shown(mlctl, small_store):
    assert "iris" in mlctl("project", "list").out
    assert mlctl("project", "list", "--json").json["projects"][0]["models"] == 1
    assert "species" in mlctl("project", "show", "iris").out
    assert (
        mlctl("project", "show", "iris", "--json").json["projects"][0]["models"][0]["model_name"] == "species"
    )


def test_models_are_added_listed_and_shown(mlctl, small_store):
    assert mlctl("model", "add", "iris/petals").out == "iris/petals\n"
    assert mlctl("model", "add", "iris/petals", "--json").json["created"] is False
    assert "petals" in mlctl("model", "list").out
    assert len(mlctl("model", "list", "--project", "iris", "--json").json["models"]) == 2
    shown = mlctl("model", "show", "species")
    assert "classification" in shown.out
    assert "none yet" in shown.out
    assert mlctl("model", "show", "iris/species", "--json").json["models"][0]["experiments"] == 4


def test_a_model_needs_a_project(mlctl, store):
    ran = mlctl("model", "add", "species")
    assert ran.code == 2
    assert "PROJECT/species" in ran.err


def test_which_model_is_asked_where_there_are_two(mlctl, small_store):
    mlctl("model", "add", "iris/petals")
    ran = mlctl("compare")
    assert ran.code == 3
    assert "iris/petals, iris/species" in ran.err
    assert mlctl("compare", "--model", "species").code == 0
    assert mlctl("show", "best", "--project", "iris", "--model", "species").code == 0
    assert mlctl("show", "iris/species:best").code == 0
    assert "next: mlctl compare --project" in mlctl("status").err
    assert mlctl("compare", "--model", "petals").code == 3


def test_unknown_models_are_not_found(mlctl, small_store):
    assert mlctl("model", "show", "nothing").code == 3
    assert mlctl("compare", "--project", "iris", "--model", "speceis").code == 3
    assert "species" in mlctl("show", "iris/speceis:best").err
    assert mlctl("show", "iris:best").code == 2


def test_experiments_are_listed_newest_first(mlctl, small_store):
    lines = mlctl("experiment", "list").out.splitlines()
    assert lines[1].startswith("iris_3f9a1c_4")
    listed = mlctl("experiment", "ls", "--json").json["experiments"]
    assert [e["model_version_id"][-1] for e in listed] == ["4", "3", "2", "1"]


def test_a_try_made_elsewhere_is_recorded(mlctl, small_store):
    ran = mlctl(
        "experiment", "add", "iris/species", "--rung", "by hand", "--parameters", '{"k": 3}',
        "--evaluations", '{"test": {"accuracy_score": 0.9}}', "-d", "on paper", "--json",
    )  # fmt: skip
    record = ran.json["experiments"][0]
    assert (record["status"], record["parameters"], record["description"]) == (
        "finished",
        {"k": 3},
        "on paper",
    )
    assert record["evaluations"]["test"] == {"accuracy_score": 0.9}


@pytest.mark.parametrize("text", ["{", "[1]", "3"])
def test_what_is_no_json_object_is_refused(mlctl, small_store, text):
    ran = mlctl("experiment", "add", "iris/species", "--parameters", text)
    assert ran.code == 2
    assert "--parameters" in ran.err


def test_updates_merge(mlctl, small_store):
    mlctl(
        "experiment",
        "update",
        "2",
        "--evaluations",
        '{"test": {"f1_score": 0.5}}',
        "--artifact",
        "roc=plots/roc.png",
    )
    mlctl("experiment", "update", "2", "--evaluations", '{"test": {"log_loss": 0.1}}', "-d", "kept")
    record = mlctl("show", "2", "--json").json["experiments"][0]
    assert record["evaluations"]["test"] == {"f1_score": 0.5, "log_loss": 0.1}
    assert record["evaluations"]["cross_validation"]["accuracy_score"]["mean"] == 0.95
    assert record["artifact_file_paths"]["roc"] == "plots/roc.png"
    assert record["description"] == "kept"


@pytest.mark.parametrize("words", [(), ("--artifact", "roc")])
def test_an_update_needs_something_to_update(mlctl, small_store, words):
    assert mlctl("experiment", "update", "2", *words).code == 2


@pytest.mark.parametrize(
    ("noun", "name", "shown"),
    [("project", "iris", "iris"), ("model", "iris/species", "iris/species"), ("experiment", "2", "2")],
)
def test_notes_tags_and_descriptions(mlctl, small_store, noun, name, shown):
    assert mlctl(noun, "note", name, "looks odd").code == 0
    assert mlctl(noun, "tag", name, "prod", "eu").code == 0
    assert mlctl(noun, "tag", name, "eu", "--remove").code == 0
    assert mlctl(noun, "update", name, "-d", "said").code == 0
    record = mlctl(noun, "show", shown, "--json").json[f"{noun}s"][0]
    assert record["tags"] == ["prod"]
    assert record["notes"][0]["text"] == "looks odd"
    assert record["description"] == "said"
    assert "looks odd" in mlctl(noun, "show", shown).out


@pytest.mark.parametrize(
    ("noun", "name"), [("project", "iris"), ("model", "iris/species"), ("experiment", "iris_3f9a1c_2")]
)
def test_what_is_removed_can_be_taken_back(mlctl, small_store, noun, name):
    before = mlctl("show", "iris/species:2", "--json").out
    removed = mlctl(noun, "remove", name)
    assert removed.code == 0
    assert "restore" in removed.err
    assert mlctl("show", "iris/species:2").code == 3
    assert mlctl("status", "--json").json["trash"] == 1
    assert mlctl(noun, "restore", removed.out.strip()).code == 0
    assert mlctl("show", "iris/species:2", "--json").out == before


def test_removing_and_restoring_as_json(mlctl, small_store):
    trash = mlctl("experiment", "rm", "2", "3", "--json").json["trash"]
    assert len(trash) == 2
    assert json.loads(mlctl("experiment", "restore", trash[0], "--json").out)["restored"].endswith(
        "iris_3f9a1c_2"
    )


def test_what_is_not_in_the_trash_is_not_found(mlctl, small_store):
    assert mlctl("experiment", "restore", "iris_3f9a1c_9").code == 3


def test_a_note_as_json(mlctl, small_store):
    assert mlctl("experiment", "note", "2", "x", "--json").json["experiments"][0]["notes"][0]["text"] == "x"
