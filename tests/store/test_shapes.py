from typing import Any

import pytest

from mlctl.domain.records import Dataset, Experiment, Model, Project
from mlctl.store.shapes import misfit

EXPERIMENT: dict[str, Any] = {
    "experiment_id": "1",
    "model_id": "2",
    "model_version_id": "iris_3f9a1c_1",
    "created_datetime": "2026-01-09T00:00:00.000000Z",
}
DATASET: dict[str, Any] = {
    "dataset": "iris_3f9a1c_1",
    "created_datetime": "2026-01-09T00:00:00.000000Z",
    "source": {"path": "a.csv"},
    "fingerprint": "f",
    "archive": {"file": "iris_3f9a1c_1.tar.zst", "sha256": "s", "bytes": 10},
    "members": [{"name": "a.csv", "bytes": 1, "sha256": "s"}],
    "rows": 1,
    "columns": 1,
}
FOLDS = {"mean": 0.5, "std": 0.1, "folds": [0.4, 1]}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"later_key": object()},
        {"parameters": {"C": 1, "steps": [{"a": None}], "x": True}},
        {"evaluations": {"test": {"r2_score": 1, "log_loss": None}, "cross_validation": {"r2_score": FOLDS}}},
        {"evaluations": {"cross_validation": {"r2_score": 0.5, "max_error": {"mean": None, "folds": []}}}},
        {"timings": {"fit_s": 1}, "tags": ["a"], "notes": [{"time": "t", "text": "x"}]},
        {"eligible": {}},
        {"artifact_file_paths": {"plot": "plots/roc.png"}},
        {"training_dataset": {"dataset": "d", "rows": 3, "part": "train"}},
        {"status": "interrupted"},
    ],
)
def test_records_fit(more):
    assert misfit(Experiment, EXPERIMENT | more) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"seed": "x"}, "seed: 'x' is not a whole number"),
        ({"seed": True}, "seed: True is not a whole number"),
        ({"seed": 1.5}, "seed: 1.5 is not a whole number"),
        ({"rung": None}, "rung: None is not text"),
        ({"status": "done"}, "status: 'done' is none of running, finished, failed, interrupted"),
        ({"parameters": []}, "parameters: [] is no mapping"),
        ({"parameters": {"C": {1: 2}}}, "parameters.C: the key 1 is not text; quote it"),
        ({"parameters": {"C": [{None: 2}]}}, "parameters.C: the key None is not text; quote it"),
        ({"timings": {"fit_s": "1"}}, "timings.fit_s: '1' is not a number"),
        ({"timings": {"fit_s": True}}, "timings.fit_s: True is not a number"),
        ({"tags": "a"}, "tags: 'a' is no list"),
        ({"tags": [1]}, "tags: 1 is not text"),
        ({"notes": [{"time": 1}]}, "notes.time: 1 is not text"),
        ({"created_datetime": "today"}, "created_datetime: 'today' is no time with a time zone"),
        ({"evaluations": {"test": 5}}, "evaluations.test: 5 is no mapping"),
        ({"evaluations": {"test": {"r2_score": "1"}}}, "evaluations.test.r2_score: '1' is no score"),
        ({"evaluations": {"test": {"r2_score": FOLDS}}}, "is no score"),
        ({"evaluations": {"cross_validation": {"r2": {"mean": 1}}}}, "is no score"),
        ({"evaluations": {"cross_validation": {"r2": FOLDS | {"mean": "x"}}}}, "is no score"),
        ({"evaluations": {"cross_validation": {"r2": FOLDS | {"folds": [None]}}}}, "is no score"),
        ({"eligible": {"ok": "yes"}}, "eligible.ok: 'yes' is not true or false"),
        ({"eligible": {"ok": False, "reasons": "slow"}}, "eligible.reasons: 'slow' is no list"),
        ({"artifact_file_paths": {"x": "../a"}}, "artifact_file_paths.x: '../a' does not lie within"),
        ({"artifact_file_paths": {"x": "/etc/passwd"}}, "does not lie within"),
        ({"artifact_file_paths": {"x": ""}}, "does not lie within"),
        ({"artifact_file_paths": {"x": "a\0b"}}, "does not lie within"),
        ({"training_dataset": {"dataset": 5}}, "dataset: 5 is not text"),
        ({"test_dataset": {"rows": "many"}}, "rows: 'many' is not a whole number"),
        ({"rung": 7}, "rung: 7 is not text"),
        ({"description": ["x" * 100]}, "…"),
    ],
)
def test_what_does_not_fit_is_named(more, said):
    assert said in misfit(Experiment, EXPERIMENT | more)


@pytest.mark.parametrize("missing", sorted(EXPERIMENT))
def test_required_fields(missing):
    tree = {key: value for key, value in EXPERIMENT.items() if key != missing}
    assert misfit(Experiment, tree) == f"{missing} is missing"


@pytest.mark.parametrize("tree", [None, [], "x", 3])
def test_what_is_no_mapping(tree):
    assert misfit(Project, tree) == "it holds no mapping"


def test_fields_that_the_place_tells_are_not_looked_at():
    tree = {"model_id": "1", "project_id": "2", "model_name": "m", "created_datetime": "2026-01-09T00:00:00Z"}
    assert misfit(Model, tree | {"project_name": 5}) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"archive": {}}, ""),
        ({"archive": {"bytes": 1}}, "archive.file: None is not text"),
        ({"archive": DATASET["archive"] | {"bytes": "1"}}, "archive.bytes: '1' is not a whole number"),
        ({"archive": DATASET["archive"] | {"file": "../a"}}, "archive.file: '../a' is no plain file name"),
        ({"archive": DATASET["archive"] | {"file": ".."}}, "is no plain file name"),
        ({"archive": DATASET["archive"] | {"file": ""}}, "is no plain file name"),
        ({"members": [{"name": "a"}]}, "members.sha256: None is not text"),
        ({"members": [{"name": "a", "sha256": "s", "bytes": None}]}, "members.bytes: None"),
        ({"members": ["a"]}, "members: 'a' is no mapping"),
    ],
)
def test_datasets(more, said):
    found = misfit(Dataset, DATASET | more)
    assert said in found
    assert bool(found) == bool(said)
