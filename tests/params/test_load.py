import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlctl.errors import NotFoundError, UsageError
from mlctl.params.data_section import SKLEARN_SETS
from mlctl.params.load import from_dict, load
from mlctl.params.model import known_keys
from mlctl.params.yaml_io import parse
from tests.params.test_yaml_io import trees

REFUSED = "a value of the environment is never written to disk, and this key's is"
LEAST = "project: iris\nmodel: species\ndata: {source: 'sklearn:iris', target: target}\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "params.yaml"
        path.write_text(text)
        return path

    return write


def refusal(path, *settings, **environ):
    with pytest.raises(UsageError) as caught:
        load(path, settings, environ)
    return caught.value


def test_the_effective_file_has_every_default_and_reads_back_the_same(file):
    loaded = load(
        file(LEAST + "ladder: [SVC, tree: {max_depth: [3, 5]}]\nmetric: accuracy\npreprocess: none\n")
    )
    assert set(loaded.effective) == set(known_keys()[()])
    assert loaded.effective["ladder"] == ["svc", {"decision_tree": {"max_depth": [3, 5]}}]
    assert loaded.effective["metric"] == "accuracy_score"
    assert loaded.effective["preprocess"]["clip"] is False
    assert loaded.effective["split"]["test_size"] == 0.2
    assert yaml.safe_load(loaded.text) == parse(loaded.text, "here") == loaded.effective
    again = from_dict(yaml.safe_load(loaded.text), {})
    assert again.parameters == loaded.parameters
    assert again.text == loaded.text


def test_settings_stand_over_the_file(file):
    loaded = load(file(LEAST + "split: {method: random}"), ["split.random_state=7", "seed=3"])
    assert (loaded.parameters.split.random_state, loaded.parameters.seed) == (7, 3)
    assert loaded.parameters.split.method == "random"


def test_a_file_of_settings_alone(file):
    path = file("# nothing yet\n")
    sets = ["project=iris", "model=species", "data.source=sklearn:iris", "data.target=target"]
    assert load(path, sets).parameters.project == "iris"


def test_the_environment_is_expanded_and_never_written(file):
    path = file("project: a\nmodel: b\ndata: {path: ['${DIR}/x.csv', y.csv], target: t, missing: '${DIR}'}\n")
    loaded = load(path, (), {"DIR": "/top/secret"})
    assert loaded.parameters.data.path == ("/top/secret/x.csv", "y.csv")
    assert loaded.parameters.data.missing == ("/top/secret",)
    assert loaded.effective["data"]["path"] == ["${DIR}/x.csv", "y.csv"]
    assert "secret" not in loaded.text + repr(loaded)
    assert loaded.hide("no /top/secret/x.csv") == "no ${DIR}/x.csv"
    assert from_dict(loaded.effective, {"DIR": "/moved"}).parameters.data.path == ("/moved/x.csv", "y.csv")


def test_every_problem_is_told_at_once_in_the_files_order(file):
    path = file(
        "seed: -1\nmodel: 7\nproject: iris\n"
        "data: {source: irs, target: y}\n"
        "split: {train_siz: 0.8, method: randm}\n"
        "stop: {max_minutes: soon}\n"
        "metric: acuracy\n"
    )
    sets = ", ".join(f"sklearn:{name}" for name in SKLEARN_SETS)
    error = refusal(path, "jobs=none", "nonsense=1")
    assert error.message == f"{path} has 9 problems"
    assert error.exit_code == 2
    assert list(error.details) == [
        "seed: -1 — wanted a whole number from 0 to 4294967295",
        "model: 7 — wanted text; write it in quotes",
        f"data.source: 'irs' — wanted one of {sets}; did you mean sklearn:iris?",
        "split.method: 'randm' — wanted one of random, stratified, time, group, hash; did you mean random?",
        "split.train_siz: 0.8 — not a known key; did you mean train_size?",
        "stop.max_minutes: 'soon' — wanted a number greater than 0",
        "metric: 'acuracy' — wanted a metric; did you mean accuracy_score?",
        "jobs: 'none' — wanted a whole number from 1 to 100000",
        f"nonsense: 1 — not a known key; known here: {', '.join(known_keys()[()])}",
    ]


def test_a_variables_problem_is_told_once_and_its_value_never(file):
    path = file(
        "project: a\nmodel: b\ndata: {source: '${SET}', encoding: '${CODE}', target: t}\nseed: '${SEED}'\n"
    )
    error = refusal(path, CODE="hunter2", SEED="1234")
    assert list(error.details) == [
        "data.source: '${SET}' — the environment has no SET; set it and try again",
        "data.encoding: '${CODE}' — wanted an encoding that Python knows, such as utf-8, latin-1 or cp1252",
        f"seed: '${{SEED}}' — {REFUSED}; write it out, or give it on the command line: --set seed=\"$SEED\"",
    ]


def test_a_variable_alone_is_wrong(file):
    error = refusal(file(LEAST + "description: ${WHO}\n"))
    assert error.message.endswith("has a problem")
    assert list(error.details) == ["description: '${WHO}' — the environment has no WHO; set it and try again"]


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "7\n"])
def test_a_file_that_is_no_mapping(file, text):
    (line,) = refusal(file(text), "seed=1").details
    assert line.startswith("the file: wanted a section with some of project, model")


def test_an_empty_file(file):
    assert [line.partition(":")[0] for line in refusal(file("")).details] == ["project", "model", "data"]


def test_no_such_file(tmp_path):
    with pytest.raises(NotFoundError):
        load(tmp_path / "params.yaml")


def test_a_tree_that_loops_is_refused():
    tree = {"project": "a"}
    tree["data"] = tree
    with pytest.raises(UsageError, match="nested more than 50 deep"):
        from_dict(tree, {})


keys = st.sampled_from(sorted({str(key) for keys in known_keys().values() for key in keys}))


def attempt(tree, environ):
    """Return the effective text, or the problems."""
    try:
        return from_dict(tree, environ).text, ()
    except UsageError as error:
        return "", error.details


sections = st.dictionaries(keys, trees, max_size=3)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, trees | sections, max_size=6))
def test_any_tree_is_loaded_or_refused_in_words(tree):
    secret = "hunter2-hunter2"
    tree = {"project": "a", "model": "b", "description": "${S}", **tree}
    text, details = attempt(tree, {"S": secret})
    assert secret not in text + "".join(details)
    assert bool(text) != bool(details)
    assert all(": " in line and line.isprintable() for line in details)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, trees, max_size=4), st.lists(trees, max_size=2))
def test_any_ladder_is_loaded_or_refused_and_reads_back(parameters, extra):
    ladder = ["svc", {"own.Class": parameters}, *extra]
    tree = parse(LEAST, "here") | {"ladder": ladder}
    text, details = attempt(tree, {})
    assert all(line.startswith("ladder.") for line in details)
    assert not text or attempt(parse(text, "here"), {}) == (text, ())


def test_nothing_heavy_is_imported():
    code = (
        "import sys, mlctl.params.load, mlctl.params.schema, mlctl.params.starter\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'sklearn', 'joblib', 'pyarrow', 'rich', 'typer'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert found.stdout == "[]\n"


def test_settings_of_the_command_line_are_noted(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("project: p\nmodel: m\ndata: {source: 'sklearn:iris', target: target}\n")
    assert not load(path).overridden
    assert load(path, ["seed=3"]).overridden
