import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from mlctl.domain.findings import faults
from mlctl.errors import BusyError, UsageError
from mlctl.store import Store, init
from mlctl.store.champion import Event
from mlctl.store.check import check
from mlctl.store.merge import merge
from mlctl.store.site import Site
from tests.store.whole import NOW, dataset, experiment, model_of, promote, site_of, snapshot

HOUR = timedelta(hours=1)
TRIES = "projects/iris/models/species/experiments"


@pytest.fixture(scope="module")
def other_once(tmp_path_factory) -> Path:
    store = init(tmp_path_factory.mktemp("other") / "mlstore", NOW)[0]
    model = model_of(store)
    dataset(store, "iris_3f9a1c_1", "b\n2\n")
    experiment(store, model, "dummy", dataset="iris_3f9a1c_1")
    experiment(store, model, "svc", dataset="iris_3f9a1c_1")
    store.keep_gate(store.experiments().records[1], {"challenger": "iris_3f9a1c_2"})
    promote(store, model, "iris_3f9a1c_2", at=NOW + HOUR / 2)
    return store.root


@pytest.fixture
def other(tmp_path, other_once) -> Store:
    """The store of another machine, with other experiments under the same numbers."""
    root = tmp_path / "elsewhere" / "mlstore"
    shutil.copytree(other_once, root)
    return Store(site_of(root))


def sites(store: Store, other: Store) -> tuple[Site, Site]:
    return site_of(store.root), site_of(other.root)


def sums_hold(root: Path) -> bool:
    return all(
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=path.parent, check=False).returncode
        == 0
        for path in root.glob("projects/*/models/*/experiments/*/SHA256SUMS")
    )


def test_into_an_empty_store_everything_comes_as_it_is(store, other):
    before = snapshot(other.root)
    done = merge(*sites(store, other), NOW)
    assert (done.projects, done.models) == (("iris",), ("iris/species",))
    assert done.experiments == (("iris_3f9a1c_1", "iris_3f9a1c_1"), ("iris_3f9a1c_2", "iris_3f9a1c_2"))
    assert done.datasets == (("iris_3f9a1c_1", "iris_3f9a1c_1"),)
    assert (done.events, done.here, done.skipped, done.renumbered) == (1, 0, (), ())
    assert store.champion(store.model("iris", "species")) == "iris_3f9a1c_2"
    assert store.project("iris").project_id == other.project("iris").project_id
    assert store.experiments().records == other.experiments().records
    assert list(check(site_of(store.root))) == []
    assert snapshot(other.root) == before
    assert experiment(store, store.model("iris", "species")).model_version_id == "iris_3f9a1c_3"


def test_equal_version_ids_are_renumbered_and_everything_follows(store, filled, other):
    done = merge(*sites(store, other), NOW)
    assert done.renumbered == (("iris_3f9a1c_1", "iris_3f9a1c_4"), ("iris_3f9a1c_2", "iris_3f9a1c_5"))
    assert done.datasets == (("iris_3f9a1c_1", "iris_3f9a1c_4"),)
    came = store.experiments().records[4]
    assert came.model_version_id == "iris_3f9a1c_5"
    assert came.experiment_id == other.experiments().records[1].experiment_id
    assert came.training_dataset["dataset"] == "iris_3f9a1c_4"
    assert came.model_id == store.model("iris", "species").model_id
    assert came.gates == [{"challenger": "iris_3f9a1c_5"}]
    assert came.notes[-1]["text"] == "was iris_3f9a1c_2 in the store that it was merged from"
    assert store.dataset("iris", "iris_3f9a1c_4").archive["file"] == "iris_3f9a1c_4.tar.zst"
    assert sums_hold(store.root)
    assert list(check(site_of(store.root))) == []
    assert experiment(store, store.model("iris", "species")).model_version_id == "iris_3f9a1c_6"


def test_events_come_by_time_and_the_champion_here_stays(store, filled, other):
    model = store.model("iris", "species")
    promote(other, other.model("iris", "species"), "iris_3f9a1c_1", at=NOW + 9 * HOUR)
    other.record_event(model, Event(store.stamp(NOW), "them", "look", None, None))
    done = merge(*sites(store, other), NOW)
    assert done.events == 3
    told = [(e.what, e.after, e.details.get("was")) for e in store.events(model)]
    assert told == [
        ("promote", "iris_3f9a1c_2", None),
        ("merged", "iris_3f9a1c_5", "promote"),
        ("promote", "iris_3f9a1c_3", None),
        ("merged", "iris_3f9a1c_4", "promote"),
        ("look", None, None),  # their clock was set back before it
    ]
    assert store.champion(model) == "iris_3f9a1c_3"


def test_lines_that_are_torn_stay_torn_and_keep_their_place(store, filled, other):
    model = store.model("iris", "species")
    events = store.root / "projects/iris/models/species/events.jsonl"
    events.write_bytes(b"half\n" + events.read_bytes() + b'{"time"')
    merge(*sites(store, other), NOW)
    lines = events.read_bytes().splitlines()
    assert (lines[0], lines[-1]) == (b"half", b'{"time" (torn)')
    assert json.loads(lines[2])["what"] == "merged"
    assert store.champion(model) == "iris_3f9a1c_3"


def test_twice_is_once_and_both_ways_is_one(store, filled, other):
    merge(*sites(store, other), NOW)
    before = snapshot(store.root)
    done = merge(*sites(store, other), NOW)
    assert (done.experiments, done.datasets, done.events, done.here) == ((), (), 0, 2)
    assert snapshot(store.root) == before
    back = merge(*sites(other, store), NOW)
    assert back.here == 2
    assert back.renumbered == (("iris_3f9a1c_1", "iris_3f9a1c_6"), ("iris_3f9a1c_2", "iris_3f9a1c_7"))
    ids = [{e.experiment_id for e in one.experiments().records} for one in (store, other)]
    assert ids[0] == ids[1]
    assert list(check(site_of(other.root))) == []


def test_a_dry_run_says_the_same_and_changes_nothing(store, filled, other):
    before = snapshot(store.root)
    wanted = merge(*sites(store, other), NOW, dry_run=True)
    assert snapshot(store.root) == before
    told = []
    assert merge(*sites(store, other), NOW, told=told.append) == wanted
    assert told == [f"mlstore/{TRIES}/iris_3f9a1c_{n}" for n in (1, 2)]


def test_a_dry_run_into_an_empty_store(store, other):
    wanted = merge(*sites(store, other), NOW, dry_run=True)
    assert merge(*sites(store, other), NOW) == wanted


def test_equal_data_is_not_doubled(store, filled, other):
    dataset(store, "named_otherwise", "b\n2\n")
    merge(*sites(store, other), NOW)
    assert store.experiments().records[-1].training_dataset["dataset"] == "named_otherwise"
    assert len(store.datasets("iris").records) == 2


def test_data_by_one_name_with_other_content(store, filled, other):
    dataset(store, "raw", "x\n1\n")
    dataset(other, "raw", "y\n2\n")
    dataset(other, "raw_2", "z\n3\n")
    done = merge(*sites(store, other), NOW)
    assert dict(done.datasets) == {"iris_3f9a1c_1": "iris_3f9a1c_4", "raw": "raw_2", "raw_2": "raw_2_2"}
    assert list(check(site_of(store.root))) == []


def test_data_of_which_only_the_way_to_fetch_it_was_kept(store, other):
    record = other.dataset("iris", "iris_3f9a1c_1")
    from dataclasses import replace

    other.add_dataset("iris", replace(record, dataset="way", fingerprint="f" * 64, archive={}), None)
    done = merge(*sites(store, other), NOW)
    assert ("way", "way") in done.datasets
    assert store.dataset("iris", "way").archive == {}


def test_what_is_damaged_is_named_and_left_out(store, other):
    tries = other.root / TRIES
    model = other.model("iris", "species")
    experiment(other, model)
    (tries / "iris_3f9a1c_1" / "model.skops").write_text("x")
    (tries / "iris_3f9a1c_3" / "meta.yaml").write_text("x: [")
    for dry_run in (True, False):
        done = merge(*sites(store, other), NOW, dry_run=dry_run)
        assert [pair[0] for pair in done.experiments] == ["iris_3f9a1c_2"]
        assert {Path(one.path).name for one in done.skipped} == {"meta.yaml", "iris_3f9a1c_1"}
        assert any("is not as it was when it finished" in one.reason for one in done.skipped)
    assert faults(check(site_of(store.root))) == ()


def test_experiments_whose_data_is_damaged_are_left_out_with_it(store, other):
    archive = other.root / "projects/iris/datasets/iris_3f9a1c_1.tar.zst"
    archive.write_bytes(b"x")
    done = merge(*sites(store, other), NOW)
    assert (done.experiments, done.datasets) == ((), ())
    assert [one.reason for one in done.skipped] == [
        "its archive iris_3f9a1c_1.tar.zst is not as it was when it was kept",
        "its data iris_3f9a1c_1 could not be brought",
        "its data iris_3f9a1c_1 could not be brought",
    ]
    assert store.champion(store.model("iris", "species")) is None
    assert store.events(store.model("iris", "species"))[0].what == "merged"
    archive.unlink()
    assert "no such file" in merge(*sites(store, other), NOW, dry_run=True).skipped[0].reason


def test_what_runs_is_left_and_what_was_interrupted_comes(store, other):
    model = other.model("iris", "species")
    other.new_experiment(model, None, NOW).close()
    with other.new_experiment(model, None, NOW):
        done = merge(*sites(store, other), NOW)
    assert [one.reason for one in done.skipped] == ["it is still running: merge again when it has ended"]
    assert store.experiments().records[-1].status == "interrupted"
    text = (store.root / TRIES / "iris_nogit_3" / "meta.yaml").read_text()
    assert yaml.safe_load(text)["status"] == "interrupted"
    assert "process" not in text


def test_numbers_are_the_larger(store, filled, other):
    (other.root / "projects/iris/number").write_text("40\n")
    merge(*sites(store, other), NOW)
    assert (store.root / "projects/iris/number").read_text() == "42\n"


def test_numbers_that_cannot_be_read(store, filled, other):
    (other.root / "projects/iris/number").write_text("4" * 200)
    assert len(merge(*sites(store, other), NOW).experiments) == 2


def test_what_is_in_the_trash_here_stays_there(store, other):
    merge(*sites(store, other), NOW)
    store.remove(store.experiments().records[0], NOW)
    (store.root / "trash" / "rubbish" / "item").mkdir(parents=True)
    (store.root / "trash" / "rubbish" / "from.yaml").write_text(
        "{kind: model, project: iris, model: gone, removed_datetime: '2026'}"
    )
    done = merge(*sites(store, other), NOW)
    assert (done.experiments, done.here) == ((), 2)


def test_a_project_that_was_removed_here_goes_on_counting(store, other):
    model_of(store)
    (store.root / "projects/iris/number").write_text("7\n")
    store.remove(store.project("iris"), NOW)
    done = merge(*sites(store, other), NOW)
    assert done.projects == ("iris",)
    assert (store.root / "projects/iris/number").read_text() == "7\n"


def test_names_that_differ_in_case_alone_are_left(store, other):
    store.add_project("IRIS", "", NOW)
    done = merge(*sites(store, other), NOW)
    assert "differs from 'IRIS' in case alone" in done.skipped[0].reason
    assert done.experiments == ()
    shutil.rmtree(store.root / "projects/IRIS")
    store.add_project("iris", "", NOW)
    store.add_model("iris", "Species", "", NOW)
    assert "differs from 'Species'" in merge(*sites(store, other), NOW).skipped[0].reason


def test_a_project_whose_record_is_damaged_is_left(store, other):
    (other.root / "projects/iris/meta.yaml").write_text("x: [")
    done = merge(*sites(store, other), NOW)
    assert [Path(one.path).name for one in done.skipped] == ["meta.yaml"]
    assert store.projects().records == ()


def test_a_merge_that_was_cut_off_is_finished_by_the_same_command(store, filled, other, monkeypatch):
    from mlctl.store import merge as module

    written = []

    def cut(path, tree):
        written.append(path)
        if len(written) == 2:  # the first experiment is here, the second half-made
            raise KeyboardInterrupt
        return write(path, tree)

    write = module.write_tree
    monkeypatch.setattr(module, "write_tree", cut)
    with pytest.raises(KeyboardInterrupt):
        merge(*sites(store, other), NOW)
    monkeypatch.undo()
    done = merge(*sites(store, other), NOW)
    assert done.experiments == (("iris_3f9a1c_2", "iris_3f9a1c_6"),)
    assert (done.datasets, done.events) == ((), 1)
    assert len(store.experiments().records) == 5
    assert faults(check(site_of(store.root))) == ()
    assert list((store.root / "tmp").iterdir()) == []


def test_an_archive_without_a_record_gives_way(store, other):
    datasets = store.root / "projects/iris/datasets"
    model_of(store)
    (datasets / "iris_3f9a1c_1.tar.zst").write_text("left over")
    merge(*sites(store, other), NOW)
    assert faults(check(site_of(store.root))) == ()


def test_a_number_that_was_taken_meanwhile(store, filled, other):
    model = store.model("iris", "species")

    class Late(Site):
        def locked(self):
            if not late:
                late.append(1)
                store.new_experiment(model, None, NOW).close()
            return super().locked()

    late: list[int] = []
    with pytest.raises(BusyError, match="a new experiment since this began"):
        merge(Late(site_of(store.root).layout), site_of(other.root), NOW)
    assert len(merge(*sites(store, other), NOW).experiments) == 2


def test_a_log_of_events_that_cannot_be_read(store, other):
    events = other.root / "projects/iris/models/species/events.jsonl"
    events.unlink()
    events.mkdir()
    done = merge(*sites(store, other), NOW)
    assert len(done.experiments) == 2
    assert "no regular file" in done.skipped[0].reason


def test_stores_that_cannot_be_merged(store, tmp_path):
    (tmp_path / "link").symlink_to(store.root)
    with pytest.raises(UsageError, match="is this very store"):
        merge(site_of(store.root), site_of(tmp_path / "link"), NOW)
    inside = store.root / "tmp" / "mlstore"
    with pytest.raises(UsageError, match="lie one inside the other"):
        merge(site_of(store.root), site_of(inside), NOW)
    with pytest.raises(UsageError, match="lie one inside the other"):
        merge(site_of(inside), site_of(store.root), NOW)
