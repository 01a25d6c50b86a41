import io
import shutil

import pytest

from mlctl.cli.main import main
from mlctl.store import init
from tests.store.whole import NOW, experiment, model_of, whole

TRIES = "mlstore/projects/iris/models/species/experiments"


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    store, _ = init(tmp_path_factory.mktemp("cli") / "mlstore", NOW)
    whole(store)
    return store.root


@pytest.fixture
def kept(nowhere_else, once):
    """A whole store in the working directory."""
    shutil.copytree(once, nowhere_else / "mlstore")
    return nowhere_else


@pytest.fixture
def spoilt(kept):
    (kept / TRIES / "iris_3f9a1c_1" / "model.skops").write_text("x")
    (kept / TRIES / "iris_3f9a1c_3" / "model.skops").write_text("x")
    return kept


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def answer(monkeypatch):
    """Sit at a terminal and type a word."""

    def give(word):
        monkeypatch.setattr("sys.stdin", Terminal(f"{word}\n"))
        monkeypatch.setattr("sys.stderr", Terminal())

    return give


def test_a_store_in_order(mlctl, kept):
    ran = mlctl("store", "check")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing wrong · 4 things looked at\n")
    assert mlctl("store", "check", "--json").json == {"schema_version": 1, "findings": [], "checked": 4}


def test_what_is_wrong_is_a_table_and_exit_code_6(mlctl, spoilt):
    (spoilt / "mlstore" / "stray").write_text("x")
    ran = mlctl("store", "check")
    assert ran.code == 6
    lines = ran.out.splitlines()
    assert lines[0].split() == ["severity", "path", "said", "remedy", "code"]
    assert lines[2].startswith(f"damage    {TRIES}/iris_3f9a1c_1/model.skops  has the sha256")
    assert lines[2].split()[-3:] == ["store", "repair", "checksum"]
    assert lines[3].split()[-2:] == ["you", "checksum"]
    assert ran.err == ("2 faults · 1 note · 4 things looked at\nnext: mlctl store repair --dry-run\n")
    told = mlctl("store", "check", "--json")
    assert told.code == 6
    assert [one["code"] for one in told.json["findings"]] == ["stray", "checksum", "checksum"]


def test_some_only_and_quickly(mlctl, spoilt):
    assert mlctl("store", "check", "2").err == "nothing wrong · 1 thing looked at\n"
    assert mlctl("store", "check", "1", "iris/species:2", "--json").json["checked"] == 2
    assert mlctl("store", "check", "1").code == 6
    assert mlctl("store", "check", "--quick").code == 0
    ran = mlctl("store", "check", "77")
    assert (ran.code, "no experiment '77'" in ran.err) == (3, True)


def test_repair_looks_first_asks_and_says_what_it_cannot(mlctl, spoilt, answer, capsys):
    dry = mlctl("store", "repair", "--dry-run")
    assert dry.code == 6
    assert f"{TRIES}/iris_3f9a1c_1  set aside in damaged/, whole" in dry.out
    assert f"not mended: {TRIES}/iris_3f9a1c_3/model.skops has the sha256" in dry.err
    assert dry.err.endswith("1 repair to do · 1 fault that it cannot mend\nnext: mlctl store repair\n")
    refused = mlctl("store", "repair")
    assert refused.code == 2
    assert "add --yes; to look first: mlctl store repair --dry-run" in refused.err
    answer("n")
    assert main(["store", "repair"]) == 0
    assert (spoilt / TRIES / "iris_3f9a1c_1").is_dir()
    answer("y")
    assert main(["store", "repair"]) == 6
    assert not (spoilt / TRIES / "iris_3f9a1c_1").exists()


def test_repair_with_yes_and_in_json(mlctl, spoilt):
    shutil.rmtree(spoilt / TRIES / "iris_3f9a1c_3")
    assert mlctl("store", "repair", "--json").code == 2
    ran = mlctl("store", "repair", "--yes", "--json")
    assert [one["done"] for one in ran.json["repaired"]] == ["set aside in damaged/, whole"]
    assert [one["code"] for one in ran.json["left"]] == ["dangling"]
    again = mlctl("store", "repair", "--yes")
    assert (again.code, again.err.endswith("nothing to mend · 1 fault that it cannot mend\n")) == (6, True)


def test_nothing_to_repair(mlctl, kept):
    ran = mlctl("store", "repair")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to mend\n")


def test_reindex(mlctl, kept, monkeypatch):
    assert mlctl("store", "reindex").err == "read 6 records; what was written this second is read once more\n"
    assert mlctl("store", "reindex", "--json").json == {"schema_version": 1, "records": 6, "kept": True}
    monkeypatch.setattr("mlctl.store.index.Index.may_be_written", lambda self: False)
    monkeypatch.setattr("mlctl.store.index.Index.is_file", lambda self: False)
    err = mlctl("store", "reindex").err
    assert err.endswith("warning: the index cannot be written here: every listing reads the files\n")


def test_gc_lists_sizes_asks_and_deletes(mlctl, kept, answer):
    store, _ = init(kept / "mlstore", NOW)
    removed = experiment(store, store.model("iris", "species"))
    store.remove(removed, NOW)
    dry = mlctl("store", "gc", "--dry-run", "--keep-last", "0")
    assert dry.code == 0
    assert dry.out.splitlines()[1].startswith("trash  20260109T123000.000000Z_iris_3f9a1c_4  ")
    assert "iris_3f9a1c_3 stays: the champion" in dry.err
    assert "would free" in dry.err
    assert dry.err.endswith("next: mlctl store gc --keep-last 0\n")
    assert mlctl("store", "gc").code == 2
    assert mlctl("store", "gc", "--older-than", "9y").err.endswith("nothing to delete\n")
    answer("")
    assert main(["store", "gc"]) == 0
    assert len(list((kept / "mlstore/trash").iterdir())) == 1
    answer("yes")
    assert main(["store", "gc"]) == 0
    assert list((kept / "mlstore/trash").iterdir()) == []
    assert mlctl("store", "gc", "--json").json["deleted"] == []


def test_gc_with_yes_says_what_it_leaves(mlctl, kept):
    store, _ = init(kept / "mlstore", NOW)
    experiment(store, store.model("iris", "species"))
    with store.new_experiment(store.model("iris", "species"), None, NOW):
        ran = mlctl("store", "gc", "--keep-last", "1", "--yes")
    assert "the datasets of iris stay: an experiment is running" in ran.err
    assert "1 thing: freed" in ran.err
    told = mlctl("store", "gc", "--keep-last", "0", "--older-than", "1d", "--yes", "--json").json
    assert (told["dry_run"], told["warnings"]) == (False, [])
    assert [one["kind"] for one in told["deleted"]] == ["experiment"]


def test_gc_deletes_the_rungs_of_climbs_before_the_last(mlctl, kept):
    store, _ = init(kept / "mlstore", NOW)
    for climb in ("two", "two", "three", "three"):
        experiment(store, store.model("iris", "species"), ladder_id=climb)
    told = mlctl("store", "gc", "--keep-last", "0", "--yes", "--json").json
    deleted = [one["name"] for one in told["deleted"] if one["kind"] == "experiment"]
    there = [e.model_version_id for e in store.experiments().records]
    assert deleted == ["iris_3f9a1c_4", "iris_3f9a1c_5"]
    assert there == [f"iris_3f9a1c_{n}" for n in (1, 2, 3, 6, 7)]
    assert mlctl("store", "check").code == 0


@pytest.mark.parametrize("age", ["90", "soon", "-1d", "1 month"])
def test_ages_that_are_none(mlctl, kept, age):
    ran = mlctl("store", "gc", f"--older-than={age}", "--dry-run")
    assert (ran.code, "is no age" in ran.err) == (2, True)


def test_usage(mlctl, kept):
    ran = mlctl("store", "usage")
    assert ran.code == 0
    assert ran.out.splitlines()[1].split()[:3] == ["experiments", "iris/species", "3"]
    told = mlctl("store", "usage", "--json").json
    assert told["bytes"] == sum(one["bytes"] for one in told["usage"])
    store, _ = init(kept / "mlstore", NOW)
    store.remove(store.experiments().records[0], NOW)
    assert mlctl("store", "usage").err.endswith("next: mlctl store gc --dry-run\n")


def test_merge(mlctl, kept, tmp_path):
    other, _ = init(tmp_path / "there" / "mlstore", NOW)
    model = model_of(other)
    experiment(other, model)
    experiment(other, model)
    (other.root / TRIES.removeprefix("mlstore/") / "iris_3f9a1c_2" / "model.skops").write_text("x")
    dry = mlctl("store", "merge", tmp_path / "there", "--dry-run")
    assert "iris_3f9a1c_1 would be iris_3f9a1c_4 here: another experiment has its number" in dry.err
    assert "would bring 1 experiment, 0 datasets, 0 events" in dry.err
    assert dry.err.endswith(f"next: mlctl store merge {tmp_path / 'there'}\n")
    ran = mlctl("store", "merge", other.root)
    assert "iris_3f9a1c_1 is iris_3f9a1c_4 here" in ran.err
    assert "not brought: mlstore/projects/iris/models/species/experiments/iris_3f9a1c_2: " in ran.err
    assert "brought 1 experiment, 0 datasets, 0 events" in ran.err
    again = mlctl("store", "merge", other.root, "--json").json
    assert (again["experiments"], again["here"]) == ([], 1)
    assert len(again["skipped"]) == 1
    assert mlctl("store", "merge", other.root).err.endswith("; 1 experiment was here already\n")
    (other.root / "FORMAT").write_text("mlctl-store 9\n")
    newer = mlctl("store", "merge", other.root)
    assert (newer.code, "has format 9" in newer.err) == (6, True)
    none = mlctl("store", "merge", tmp_path / "nowhere")
    assert (none.code, "is no store" in none.err, "init" in none.err) == (3, True, False)
    same = mlctl("store", "merge", "mlstore")
    assert (same.code, "is this very store" in same.err) == (2, True)


def test_migrate(mlctl, kept, monkeypatch):
    assert mlctl("store", "migrate").err == "format 1 is the newest: nothing to do\n"
    assert mlctl("store", "migrate", "--json").json == {"schema_version": 1, "before": 1, "after": 1}
    from mlctl.actions import store_merge
    from mlctl.store.migrate import Migrated

    monkeypatch.setattr(store_merge, "migrate", lambda store: Migrated(1, 2))
    assert mlctl("store", "migrate").err == "format 1 is format 2 now\nnext: mlctl store check\n"


def test_a_terminal_shows_what_is_looked_at_on_one_line(mlctl, kept, monkeypatch):
    monkeypatch.setattr("mlctl.cli.out.is_live", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "40")
    err = mlctl("store", "check").err
    first, *_ = err.split("\r\x1b[K")[1:]
    assert first == "checking 1: mlstore/projects/iris/datas"
    assert err.endswith("\r\x1b[Knothing wrong · 4 things looked at\n")
