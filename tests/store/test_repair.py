import shutil
from pathlib import Path

import pytest
import yaml

from mlctl.domain.findings import mendable
from mlctl.errors import BusyError, MlctlError
from mlctl.store.check import check
from mlctl.store.check_caches import last_number
from mlctl.store.check_scores import differs
from mlctl.store.layout import Layout
from mlctl.store.repair import plan, raise_number, repair
from tests.store.whole import NOW, dataset, experiment, model_of, site_of, snapshot

PROJECT = "projects/iris"
MODEL = f"{PROJECT}/models/species"
TRIES = f"{MODEL}/experiments"


def mended(root: Path) -> dict[str, str]:
    """Repair a store, see that nothing that can be mended is left, and return path to what was done."""
    done = repair(site_of(root), NOW)
    assert mendable(done.left) == ()
    assert mendable(check(site_of(root))) == ()
    return {one.path.removeprefix("mlstore/"): one.done for one in done.mended}


def aside(root: Path) -> dict[str, tuple[str, Path]]:
    """Return where each thing in damaged/ was, why it is there, and what it is."""
    told = [
        (yaml.safe_load((p / "from.yaml").read_text()), p / "item")
        for p in sorted((root / "damaged").iterdir())
    ]
    return {tree["path"]: (tree["why"], item) for tree, item in told}


def test_nothing_to_mend(filled):
    before = snapshot(filled)
    done = repair(site_of(filled), NOW)
    assert (done.mended, done.left) == ((), ())
    assert snapshot(filled) == before


def test_an_experiment_with_a_damaged_file_is_set_aside_whole_and_once(filled):
    one = filled / TRIES / "iris_3f9a1c_1"
    (one / "model.skops").write_text("x")
    (one / "scores.csv").unlink()
    assert mended(filled) == {f"{TRIES}/iris_3f9a1c_1": "set aside in damaged/, whole"}
    why, item = aside(filled)[f"{TRIES}/iris_3f9a1c_1"]
    assert "model.skops has the sha256" in why
    assert (item / "model.skops").read_text() == "x"
    assert not one.exists()


def test_an_unreadable_experiment_is_set_aside_and_a_running_one_left(filled, store):
    (filled / TRIES / "iris_3f9a1c_1" / "meta.yaml").write_text("x: [")
    assert mended(filled) == {f"{TRIES}/iris_3f9a1c_1": "set aside in damaged/, whole"}
    with store.new_experiment(store.model("iris", "species"), None, NOW) as opened:
        (opened.directory / "meta.yaml").write_text("x: [")
        with pytest.raises(BusyError, match="iris_nogit_4 is still running"):
            repair(site_of(filled), NOW)
    mended(filled)


def test_an_unexpected_file_and_a_link_are_set_aside(filled, tmp_path):
    one = filled / TRIES / "iris_3f9a1c_1"
    (one / "mine.txt").write_text("mine")
    (one / "plots" / "out").symlink_to(tmp_path)
    assert mended(filled) == {
        f"{TRIES}/iris_3f9a1c_1/mine.txt": "set aside in damaged/",
        f"{TRIES}/iris_3f9a1c_1/plots/out": "set aside in damaged/, as a link",
    }
    found = aside(filled)
    assert found[f"{TRIES}/iris_3f9a1c_1/mine.txt"][1].read_text() == "mine"
    assert found[f"{TRIES}/iris_3f9a1c_1/plots/out"][1].readlink() == tmp_path


def test_torn_lines_are_set_aside_and_the_pointer_follows_the_events(filled, store):
    events = filled / MODEL / "events.jsonl"
    whole_lines = events.read_bytes()
    first, second = whole_lines.splitlines(keepends=True)
    events.write_bytes(first + b"half a li (torn)\n" + second + b'{"time": "20')
    (filled / MODEL / "champion").write_text("iris_3f9a1c_1\n")
    assert mended(filled) == {
        f"{MODEL}/events.jsonl": "rid of its torn lines, which are set aside in damaged/",
        f"{MODEL}/champion": "set to what the events say",
    }
    assert events.read_bytes() == whole_lines
    assert aside(filled)[f"{MODEL}/events.jsonl"][1].read_bytes() == b'half a li (torn)\n{"time": "20\n'
    assert store.champion(store.model("iris", "species")) == "iris_3f9a1c_3"


def test_logs_of_a_retraining_that_goes_on_are_left(filled, store):
    journal = store.retraining.journal("iris", "species")
    path = filled / MODEL / "retrain" / "journal.jsonl"
    path.write_bytes(path.read_bytes() + b"half")
    held = journal.hold("run2", NOW)
    with pytest.raises(BusyError, match="being retrained"):
        repair(site_of(filled), NOW)
    held.close()
    assert mended(filled) == {
        f"{MODEL}/retrain/journal.jsonl": "rid of its torn lines, which are set aside in damaged/"
    }


def test_a_pointer_without_events_is_set_aside(filled):
    (filled / MODEL / "events.jsonl").unlink()
    (filled / MODEL / "champion").write_text("nonsense")
    assert mended(filled) == {f"{MODEL}/champion": "set to what the events say"}
    assert aside(filled)[f"{MODEL}/champion"][1].read_text() == "nonsense"


def test_numbers_caches_and_pages(filled, store, settle):
    settle(filled)
    store.experiments()
    (filled / PROJECT / "number").write_text("rubbish")
    (filled / "ticks.json").write_text("{")
    (filled / "index.sqlite").write_text("no database")
    readme = (filled / "README").read_text()
    (filled / "README").unlink()
    (filled / ".gitignore").unlink()
    assert mended(filled) == {
        "README": "written again",
        ".gitignore": "written again",
        "ticks.json": "removed: it is made again",
        "index.sqlite": "made anew",
        f"{PROJECT}/number": "raised",
    }
    assert (filled / PROJECT / "number").read_text() == "3\n"
    assert (filled / "README").read_text() == readme
    assert not (filled / "ticks.json").exists()
    assert len(store.experiments().records) == 3


def test_a_number_that_is_too_long(filled):
    (filled / PROJECT / "number").write_text("1" * 200)
    assert mended(filled) == {f"{PROJECT}/number": "raised"}


def test_scores_are_put_back(filled, store):
    record = filled / TRIES / "iris_3f9a1c_1" / "meta.yaml"
    text = record.read_text()
    other = text.replace("  test:\n    accuracy_score: 0.75", "  test:\n    accuracy_score: 0.99")
    record.write_text(other.replace("- 0.7\n", "- 0.9\n"))
    changed = record.read_text()
    assert mended(filled) == {f"{TRIES}/iris_3f9a1c_1/meta.yaml": "given back the scores of its scores.csv"}
    assert yaml.safe_load(record.read_text()) == yaml.safe_load(text)
    assert aside(filled)[f"{TRIES}/iris_3f9a1c_1/meta.yaml"][1].read_text() == changed


def test_records_of_models_and_projects_are_written_anew(filled, store):
    model, project = store.model("iris", "species"), store.project("iris")
    empty = model_of(store, "other", "third")
    for path in (PROJECT, MODEL, "projects/other/models/third", "projects/other"):
        (filled / path / "meta.yaml").write_text("x: [")
    (filled / "projects/other/meta.yaml").unlink()
    assert set(mended(filled).values()) == {"set aside in damaged/, or written anew from what it holds"}
    again = store.model("iris", "species")
    assert (again.model_id, again.metric, again.created_datetime) == (
        model.model_id,
        "accuracy_score",
        model.created_datetime,
    )
    assert store.project("iris").project_id == again.project_id
    assert store.project("iris").created_datetime == project.created_datetime
    assert store.model("other", "third").project_id == store.project("other").project_id
    assert store.model("other", "third").model_id != empty.model_id
    assert len(aside(filled)) == 3


def test_a_project_takes_its_identity_from_its_models(filled, store):
    project = store.project("iris")
    (filled / PROJECT / "meta.yaml").unlink()
    mended(filled)
    assert store.project("iris").project_id == project.project_id


def test_datasets_that_nothing_uses_are_set_aside_with_their_archive(filled, store):
    for name, content in (("one", "b\n"), ("two", "c\n"), ("three", "d\n"), ("four", "e\n")):
        dataset(store, name, content)
    datasets = filled / PROJECT / "datasets"
    (datasets / "one.yaml").write_text("x: [")
    (datasets / "two.yaml").write_text("archive: 3")
    (datasets / "three.tar.zst").write_text("x")
    record = yaml.safe_load((datasets / "four.yaml").read_text())
    shutil.copy(datasets / "four.tar.zst", datasets / "five.tar.zst")
    record["archive"]["file"] = "five.tar.zst"
    record["rows"] = "many"
    (datasets / "four.yaml").write_text(yaml.safe_dump(record))
    mended(filled)
    assert sorted(path.name for path in datasets.iterdir()) == ["iris_3f9a1c_1.tar.zst", "iris_3f9a1c_1.yaml"]
    assert f"{PROJECT}/datasets/one.tar.zst" in aside(filled)


def test_what_it_cannot_mend_is_left_and_said(filled):
    (filled / PROJECT / "datasets" / "iris_3f9a1c_1.tar.zst").unlink()
    (filled / TRIES / "iris_3f9a1c_3" / "model.skops").write_text("x")
    done = repair(site_of(filled), NOW)
    assert done.mended == ()
    assert [(one.code, one.remedy) for one in done.left] == [("archive", "person"), ("checksum", "person")]


def test_things_of_one_name_lie_side_by_side(filled):
    for _ in range(3):
        (filled / TRIES / "iris_3f9a1c_1" / "mine.txt").write_text("mine")
        mended(filled)
    assert len(list((filled / "damaged").iterdir())) == 3


def test_a_name_that_is_no_utf_8(filled):
    name = b"caf\xe9.txt".decode(errors="surrogateescape")
    (filled / TRIES / "iris_3f9a1c_1" / name).write_text("mine")
    mended(filled)
    (page,) = (filled / "damaged").glob("*/from.yaml")
    assert r"caf\udce9.txt" in page.read_text()


def test_a_plan_changes_nothing(filled):
    (filled / TRIES / "iris_3f9a1c_1" / "model.skops").write_text("x")
    before = snapshot(filled)
    steps = plan(check(site_of(filled)), site_of(filled).layout)
    assert [(step.path, step.done) for step in steps] == [
        (f"mlstore/{TRIES}/iris_3f9a1c_1", "set aside in damaged/, whole")
    ]
    assert snapshot(filled) == before


def test_told_of_what_it_looks_at_and_scores_of_one_fold(filled):
    told = []
    repair(site_of(filled), NOW, told=told.append)
    assert len(told) == 4
    scores = {"cross_validation": {"r2": {"mean": 1.0, "std": None, "folds": [1.0]}}}
    assert differs(scores, "cross_validation", "r2", [1.0]) == ""
    assert differs({"cross_validation": {"r2": 0.5}}, "cross_validation", "r2", [1.0]) == "0.5"
    assert differs({"test": {"r2": None}}, "test", "r2", [float("nan")]) == ""
    assert differs({"test": {"r2": 1.0}}, "test", "r2", [float("nan")]) == "1.0"
    nan = float("nan")
    unknown = {"cross_validation": {"r2": {"mean": None, "std": None, "folds": [nan]}}}
    assert differs(unknown, "cross_validation", "r2", [nan]) == ""
    assert differs(unknown, "cross_validation", "r2", [0.5]) == "another list of 1 folds"


def test_a_score_that_was_nan(store):
    model = model_of(store)
    made = experiment(store, model)
    directory = store.experiment_directory(made)
    (directory / "scores.csv").write_text(
        "fold,split,metric,value\n0,validation,accuracy_score,0.5\n,test,accuracy_score,nan\n"
    )
    from mlctl.store.sums import write_sums

    write_sums(directory)
    mended(store.root)
    again = store.experiments().records[0].evaluations
    assert again["test"] == {"accuracy_score": None}
    assert again["cross_validation"]["accuracy_score"] == {"mean": 0.5, "std": None, "folds": [0.5]}


def test_a_number_that_is_a_folder_counts_for_nothing(store, model, site):
    number = Layout(store.root).number("iris")
    number.unlink(missing_ok=True)
    number.mkdir()
    assert last_number(site, "iris") == 0
    with pytest.raises(MlctlError):
        raise_number(site, "iris", 3)
