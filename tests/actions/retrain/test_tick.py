"""All models of a store, mostly with nothing due."""

import json
import subprocess
import sys

import pytest

from mlctl.actions.retrain import each
from mlctl.actions.retrain.came import Asked
from mlctl.actions.retrain.target import of_file
from mlctl.actions.retrain.tick import worst
from mlctl.params.load import from_dict
from tests.actions.retrain.stage import error

HEAVY = {
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "joblib",
    "matplotlib",
    "pyarrow",
    "yaml",
    "pydantic",
    "cronsim",
}


def add(stage, name, **retrain):
    data = {"source": "sklearn:iris", "target": "target"}
    tree = {"project": "p", "model": name, "data": data, "retrain": retrain}
    return of_file(stage.store, from_dict(tree, {}), stage.folder / f"{name}.yaml", stage.now)


@pytest.mark.parametrize(
    ("codes", "one"),
    [([], 0), ([0, 75], 75), ([75, 4, 0], 4), ([4, 5], 5), ([5, 1], 1), ([0, 3, 5], 1), ([2], 1)],
)
def test_the_worst_code_stands_for_all(codes, one):
    assert worst(codes) == one


def test_what_goes_wrong_with_one_is_no_reason_to_leave_out_the_next(stage):
    for name in ("a", "b", "c"):
        add(stage, name, schedule="@daily", start_date="2026-01-01")
    add(stage, "d", schedule="@daily", start_date="2027-01-01")
    stage.plan(
        fetch=[
            error(),
            error("data"),
            {"found": {"fingerprint": "f", "rows": 1, "warnings": [], "files": []}},
        ]
    )
    came = {one.model: (one.outcome, one.code) for one in stage.all_due()}
    assert came == {"a": ("failed", 1), "b": ("refused", 5), "c": ("kept", 0), "d": ("nothing", 0)}
    assert stage.all_due() == ()
    stage.later(days=1)
    assert [one.model for one in stage.all_due()] == ["a", "b", "c"]


def test_a_tick_with_nothing_due_imports_no_more_than_a_light_command(stage):
    for number in range(5):
        add(stage, f"m{number}", schedule="@daily", start_date="2030-01-01", new_data=None)
    tick = [
        sys.executable,
        "-c",
        "from mlctl.cli.main import main; import sys; print(main(sys.argv[1:]), *sys.modules)",
    ]
    words = ["retrain", "--due", "--store", str(stage.store.root), "--now", "2026-01-09T03:15:00Z"]
    told = [
        subprocess.run([*tick, *words], capture_output=True, text=True, check=True).stdout.split()
        for _ in "12"
    ]
    assert [code for code, *_ in told] == ["0", "0"]
    loaded = {name.split(".")[0] for name in told[1]}
    typer = subprocess.run(
        [sys.executable, "-c", "import typer, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    by_typer = {name.split(".")[0] for name in typer.stdout.split()}  # some versions bring pydantic
    bare = [
        sys.executable,
        "-c",
        "from mlctl.cli.main import main; import sys; print(main(sys.argv[1:]), *sys.modules)",
    ]
    light = subprocess.run(
        [*bare, "status", "--store", str(stage.store.root)], capture_output=True, text=True, check=True
    )
    by_light = {name.split(".")[0] for name in light.stdout.split("\n")[-2].split()}
    assert not (loaded & HEAVY) - by_typer - by_light
    assert not any(name.startswith("mlctl.schedule.") for name in told[1])


def test_what_is_written_once_is_not_written_at_every_tick(stage):
    add(stage, "a", schedule="@daily", start_date="2030-01-01")
    stage.all_due()
    before = (stage.store.root / "ticks.json").stat().st_mtime_ns
    stage.later(minutes=15)
    assert stage.all_due() == ()
    assert (stage.store.root / "ticks.json").stat().st_mtime_ns == before


def test_a_model_without_triggers_is_left_alone(stage):
    stage.target()
    assert [came.outcome for came in stage.all_due()] == ["nothing"]
    stage.later(days=99)
    assert stage.all_due() == ()
    assert stage.done() == []


def test_parameters_that_cannot_be_read_are_said_once(stage):
    target = stage.target(schedule="@daily", start_date="2026-01-01")
    good = target.journal.parameters.read_text()
    target.journal.parameters.write_text(good.replace("@daily", "whenever"))
    (came,) = stage.all_due()
    assert (came.outcome, came.code, came.is_known) == ("failed", 2, False)
    assert "retrain.schedule" in " ".join(came.reasons)
    (came,) = stage.all_due()
    assert (came.code, came.is_known) == (2, True)
    held = target.journal.hold("other", stage.now)
    assert [one.is_known for one in stage.all_due()] == [False]
    held.close()
    path = target.journal.path
    kept = path.read_bytes()
    with path.open("a") as stream:  # a run that crashed stands above it
        stream.write('{"what": "began", "run": "x", "time": "t", "triggers": [], "covers": {}}\n')
    assert [one.is_known for one in stage.all_due()] == [False]
    path.unlink()
    path.mkdir()
    assert [one.is_known for one in stage.all_due()] == [False]
    path.rmdir()
    path.write_bytes(kept)
    target.journal.parameters.write_text(good)
    assert [one.outcome for one in stage.all_due()] == ["kept"]
    assert [e["outcome"] for e in stage.entries() if e["what"] == "ended"] == ["failed", "kept"]


def test_a_failure_after_parameters_that_could_not_be_read_is_told(stage):
    asked = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    target = stage.target(**asked)
    good = target.journal.parameters.read_text()
    target.journal.parameters.write_text("project: [")
    assert [one.outcome for one in stage.all_due()] == ["failed"]
    target.journal.parameters.write_text(good)
    stage.plan(train=error())
    assert [one.outcome for one in stage.all_due()] == ["failed"]
    assert stage.told() == ["failed"]


@pytest.mark.parametrize(
    ("what", "odd"),
    [
        ("ended", {"changes": "promoted"}),
        ("ended", {"changes": 5}),
        ("ended", {"changes": ["failed"], "reasons": [1]}),
        ("began", {"covers": {"schedule": ["x", "y"]}}),
    ],
)
def test_an_odd_line_of_a_journal_is_no_obstacle(stage, what, odd):
    settings = {"schedule": "@daily", "start_date": "2026-01-01", "notify": {"command": "cat"}}
    first = add(stage, "a", **settings)
    add(stage, "b", **settings)
    line = {"what": "began", "run": "x", "time": "t"}
    end = {**line, "what": "ended", "outcome": "failed"}
    lines = [one | (odd if one["what"] == what else {}) for one in (line, end)]
    first.journal.path.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    assert [(one.model, one.outcome) for one in stage.all_due()] == [("a", "kept"), ("b", "kept")]


@pytest.mark.parametrize("name", ["of_record", "retrain"])
def test_a_bug_with_one_model_is_its_failure(stage, monkeypatch, name):
    for model in ("a", "b"):
        add(stage, model, schedule="@daily", start_date="2026-01-01")
    original = getattr(each, name)

    def odd(*args):
        if args[-1].__class__ is Asked and args[0].model.model_name == "a":
            raise KeyError("p")
        if name == "of_record" and args[1].model_name == "a":
            raise KeyError("p")
        return original(*args)

    monkeypatch.setattr(each, name, odd)
    first, second = stage.all_due()
    assert (first.label, first.outcome, first.code, first.hint) == ("p/a", "failed", 1, "is this a bug?")
    assert first.reasons[0] == "KeyError: 'p'"
    assert first.reasons[1].startswith("raised in test_tick.py, line ")
    assert (second.label, second.outcome) == ("p/b", "kept")


def test_a_run_that_cannot_begin_is_a_failure_of_its_model(stage):
    target = stage.target(schedule="@daily", start_date="2026-01-01")
    target.journal.path.mkdir(parents=True)
    (came,) = stage.all_due()
    assert (came.outcome, came.code) == ("failed", 6)
    assert stage.all_due()[0].outcome == "failed"


def test_one_that_cannot_begin_raises(stage):
    from mlctl.errors import DamagedError

    target = stage.target()
    target.journal.path.mkdir(parents=True)
    with pytest.raises(DamagedError):
        each.one(target, stage.world(), Asked())
