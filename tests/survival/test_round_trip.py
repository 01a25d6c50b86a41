"""What is written comes back as it was: records through the store's files, names and references through text.

Examples are few by default; the slow ones are the same tests with many.
"""

import contextlib
import math
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from mlctl.domain.names import broken_rule, check_name
from mlctl.domain.records import Dataset, Experiment, Model, Project, Record
from mlctl.domain.refs import Reference, resolve
from mlctl.domain.version_id import VersionId, short_commit
from mlctl.errors import MlctlError, NotFoundError, UsageError
from mlctl.store import Store, init
from mlctl.store.points import Point, points_text, read_points
from mlctl.store.record_files import read_record_tree, record_tree, write_tree
from mlctl.store.times import is_stamp, stamp

NOW = datetime(2026, 1, 9, 12, 30, tzinfo=UTC)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=1_000)

TEXT = st.text(max_size=30)
"""Half characters too: those are refused, never torn."""
NAME = TEXT.filter(bool)
NUMBER = st.floats() | st.integers(-(10**30), 10**30)
VALUE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TREE = st.dictionaries(TEXT, VALUE, max_size=3)
SCORE = st.none() | st.floats()
FOLDS = st.fixed_dictionaries({"mean": SCORE, "std": SCORE, "folds": st.lists(st.floats(), max_size=3)})
SCORES = st.fixed_dictionaries(
    {
        "test": st.dictionaries(NAME, SCORE, max_size=3),
        "cross_validation": st.dictionaries(NAME, SCORE | FOLDS, max_size=2),
    }
)
TEXTS = st.lists(TEXT, max_size=3)
SHARED = {
    "description": TEXT,
    "tags": TEXTS,
    "notes": st.lists(st.fixed_dictionaries({"time": TEXT, "text": TEXT}), max_size=2),
}
FREE: dict[type[Record], dict[str, st.SearchStrategy[Any]]] = {
    Project: SHARED,
    Model: {**SHARED, "target": TEXT, "metric": TEXT},
    Experiment: {
        **SHARED,
        "rung": TEXT,
        "rung_index": st.integers(-5, 10**6),
        "parameters": TREE,
        "training_dataset": st.fixed_dictionaries({"dataset": TEXT, "rows": st.integers(0, 2**70)}),
        "evaluations": SCORES,
        "artifact_file_paths": st.just({"model": "model.skops"}),
        "git": TREE,
        "environment": TREE,
        "timings": st.dictionaries(NAME, NUMBER, max_size=3),
        "warnings": TEXTS,
        "gates": st.lists(TREE, max_size=2),
        "seed": st.integers(),
    },
    Dataset: {
        **SHARED,
        "source": TREE,
        "archive": st.just({"file": "a.tar.zst", "sha256": "0" * 64, "bytes": 1}),
        "members": st.just([{"name": "a.csv", "sha256": "0" * 64, "bytes": 1}]),
        "rows": st.integers(0, 2**70),
        "schema": st.lists(TREE, max_size=2),
        "read": TREE,
    },
}
REQUIRED = {
    "project_id": "1",
    "project_name": "iris",
    "model_id": "2",
    "model_name": "species",
    "experiment_id": "3",
    "model_version_id": "iris_nogit_1",
    "dataset": "iris_nogit_1",
    "created_datetime": "2026-01-09T12:30:00.000000Z",
    "source": {},
    "fingerprint": "",
    "archive": {},
    "members": [],
    "rows": 0,
    "columns": 0,
}


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Draw a record whose fields hold anything of their type."""
    kind = draw(st.sampled_from(list(FREE)))
    drawn = {name: draw(strategy) for name, strategy in FREE[kind].items()}
    given_too = {field.name: REQUIRED[field.name] for field in fields(kind) if field.name in REQUIRED}
    return kind(**given_too | drawn)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal, not-a-number with itself and each with its type."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other


def is_writable(value: Any) -> bool:
    """Tell whether every text in a value is Unicode text: no half characters."""
    try:
        repr_of(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def repr_of(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(repr_of(inner) for pair in value.items() for inner in pair)
    return "".join(map(repr_of, value)) if isinstance(value, list) else str(value)


def check_record(place: Path, record: Record) -> None:
    path = place / "meta.yaml"
    path.unlink(missing_ok=True)
    if not is_writable(record.to_dict()):
        with pytest.raises(UsageError, match="half a character"):
            write_tree(path, record_tree(type(record), record.to_dict()))
        assert not path.exists()
        return
    write_tree(path, record_tree(type(record), record.to_dict()))
    tree = read_record_tree(type(record), path)
    placed = {name: getattr(record, name) for name in type(record).PLACED}
    assert same(tree, record.to_dict())
    assert same(type(record).from_dict(tree, **placed).to_dict(), record.to_dict())


@FEW
@given(record=records())
def test_records_come_back_as_they_were(tmp_path, record):
    check_record(tmp_path, record)


@pytest.mark.slow
@MANY
@given(record=records())
def test_many_records_come_back_as_they_were(tmp_path, record):
    check_record(tmp_path, record)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    made, _ = init(tmp_path_factory.mktemp("round") / "mlstore", NOW)
    made.add_project("iris", "", NOW)
    made.add_model("iris", "species", "", NOW)
    return made


@settings(FEW, max_examples=15)
@given(fields=st.fixed_dictionaries(FREE[Experiment]))
@example(
    fields={"evaluations": {"test": {"r2": float("nan"), "x": float("-inf")}}, "parameters": {"no": "no"}}
)
@example(
    fields={"parameters": {"a": 10**398, "b": -0.0, "c": 1e308, "d": 5e-324}, "tags": ["\x85", "\ufeff"]}
)
def test_an_experiment_comes_back_from_the_files_and_from_the_index(store, fields):
    assume(is_writable(fields))
    with store.new_experiment(store.model("iris", "species"), None, NOW) as opened:
        opened.finish(**fields)
        version = opened.experiment.model_version_id
    for _ in ("from the file", "from the index"):
        found = next(e for e in store.experiments("iris").records if e.model_version_id == version)
        assert same(found.to_dict(), opened.experiment.to_dict())
        assert all(same(getattr(found, name), value) for name, value in fields.items())


@pytest.mark.parametrize("value", [10**400, -(10**399) - 1, 10**5_000], ids=["large", "negative", "huge"])
def test_a_number_that_would_not_come_back_is_refused(value):
    record = Experiment("3", "2", "iris_nogit_1", REQUIRED["created_datetime"]).to_dict()
    for told in ({"parameters": {"a": value}}, {"seed": value}, {"timings": {"fit_s": value}}):
        with pytest.raises(UsageError, match="cannot hold this"):
            record_tree(Experiment, record | told)
    with pytest.raises(UsageError, match="is no score"):
        record_tree(Experiment, record | {"evaluations": {"test": {"r2": 10**309}}})


NAMES = st.text(min_size=1, max_size=40)


@settings(FEW, max_examples=100)
@given(
    name=NAMES,
    commit=st.none() | st.text("0123456789abcdef", min_size=40, max_size=40),
    number=st.integers(1),
)
def test_a_version_id_comes_back(name, commit, number):
    assume(not broken_rule(name))
    version = VersionId(name, short_commit(commit), number)
    assume(number < 10**200)
    assert VersionId.parse(str(version)) == version


@settings(FEW, max_examples=100)
@given(text=st.text(max_size=300))
@example(text="iris_nogit_" + "9" * 5_000)
@example(text="iris_nogit_²")
def test_any_text_is_a_version_id_or_none(text):
    version = VersionId.parse(text)
    assert version is None or str(version) == text


@settings(FEW, max_examples=100)
@given(name=NAMES)
def test_a_name_that_is_allowed_stays_as_it_is(name):
    try:
        composed = check_name("project", name)
    except MlctlError:
        return
    assert check_name("project", composed) == composed
    assert not broken_rule(composed)


def _experiment(number: int) -> Experiment:
    return Experiment("1", "2", f"iris_nogit_{number}", "t", project_name="iris", model_name="species")


TRIES = [replace(_experiment(number), status="finished") for number in (1, 2, 12)]


@settings(FEW, max_examples=100)
@given(text=st.text(max_size=80) | st.from_regex(r"[a-z/]{0,9}:?[a-z0-9_²٣]{0,12}", fullmatch=True))
@example(text="9" * 5_000)
@example(text="٣")
@example(text="²")
@example(text="iris_nogit_" + "9" * 5_000)
@example(text=":")
@example(text="a/b:c:latest")
def test_any_reference_finds_one_or_says_why_not(text):
    reference = Reference.parse(text)
    assert f"{reference.model}:{reference.name}".strip(":") == text.strip().strip(":") or reference.model
    assert (
        Reference.parse(f"{reference.model}:{reference.name}") == reference
        or reference.name != reference.name.strip()
    )
    with contextlib.suppress(NotFoundError):
        assert resolve(reference, TRIES) in TRIES


@FEW
@given(number=st.sampled_from([1, 2, 12]), model=st.sampled_from(["", "iris/species:"]))
def test_each_name_of_an_experiment_finds_it(number, model):
    for name in (str(number), f"iris_nogit_{number}"):
        assert resolve(Reference.parse(model + name), TRIES).model_version_id == f"iris_nogit_{number}"


ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


@FEW
@given(now=st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=ZONES))
def test_a_time_comes_back(now):
    assert is_stamp(stamp(now))
    assert datetime.fromisoformat(stamp(now)) == now


POINTS = st.builds(
    Point,
    metric=NAME.filter(is_writable),
    step=st.integers(-(2**63), 2**63 - 1),
    time=st.just("2026-01-09T12:30:00.000000Z"),
    value=st.floats(),
)


@FEW
@given(points=st.lists(POINTS, max_size=4))
def test_logged_points_come_back(tmp_path, points):
    path = tmp_path / "metrics.csv"
    path.write_bytes(points_text(points).encode())
    found = read_points(path)
    assert len(found) == len(points)
    for one, other in zip(found, points, strict=True):
        assert (one.metric, one.step, one.time) == (other.metric, other.step, other.time)
        assert same(one.value, other.value)
