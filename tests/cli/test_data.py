import hashlib
import os
import tarfile
from pathlib import Path

import pytest
import yaml
import zstandard

from mlctl.cli import data_views
from mlctl.store.layout import Layout
from tests.actions.tables import SHOP, change_a_row, make_shop, rows, write_csv

QUICK = ("--set", "ladder=[logistic_regression]", "--json")


@pytest.fixture
def kept(mlctl, store, nowhere_else) -> Path:
    """A store that has ``rows.csv`` as ``shop:rows``; the directory that holds both."""
    write_csv(nowhere_else / "rows.csv")
    assert mlctl("data", "add", "rows.csv", "--project", "shop", "--target", "k").code == 0
    return nowhere_else


def new(folder: Path, lines, header="x,y,k", name="new.csv") -> Path:
    return write_csv(folder / name, header, lines)


def dataset_files(folder: Path, project: str = "shop") -> list[str]:
    return sorted(path.name for path in Layout(folder / "mlstore").datasets(project).iterdir())


def reseal(folder: Path, content: bytes) -> None:
    """Put another archive in the place of that of ``rows``, with its checksum in the record."""
    datasets = Layout(folder / "mlstore").datasets("shop")
    (datasets / "rows.tar.zst").write_bytes(content)
    record = datasets / "rows.yaml"
    tree = yaml.safe_load(record.read_text())
    tree["archive"] |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    record.write_text(yaml.safe_dump(tree))


def tar_of(folder: Path, name: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    path = folder / "hostile.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd" if kind != tarfile.REGTYPE else ""
        tar.addfile(info)
    return zstandard.compress(path.read_bytes())


# add


def test_a_file_is_added_once_however_it_is_named(mlctl, store, nowhere_else):
    write_csv(nowhere_else / "rows.csv")
    first = mlctl("data", "add", "rows.csv", "-p", "shop")
    assert (first.code, first.out) == (0, "rows\n")
    assert "kept 200 rows × 3 columns: " in first.err
    assert "next: mlctl data profile rows" in first.err
    (nowhere_else / "rows.csv").rename(nowhere_else / "other.csv")
    second = mlctl("data", "add", "other.csv", "-p", "shop", "--name", "another")
    assert (second.code, second.out) == (0, "rows\n")
    assert "this content was there already, under this name" in second.err
    assert mlctl("data", "add", "other.csv", "-p", "shop", "--json").json["created"] is False
    assert dataset_files(nowhere_else) == ["rows.tar.zst", "rows.yaml"]


def test_another_project_has_its_own_copy(mlctl, kept):
    assert mlctl("data", "add", "rows.csv", "-p", "two").out == "rows\n"
    assert dataset_files(kept, "two") == ["rows.tar.zst", "rows.yaml"]
    ran = mlctl("data", "show", "rows")
    assert ran.code == 3
    assert "'rows' is ambiguous: shop:rows, two:rows" in ran.err
    assert mlctl("data", "show", "two:rows", "--json").json["datasets"][0]["rows"] == 200


def test_a_built_in_set_is_added_under_a_name(mlctl, store):
    added = mlctl(
        "data", "add", "sklearn:iris", "-p", "flowers", "-n", "irises", "-t", "target", "--json"
    ).json
    (dataset,) = added["datasets"]
    assert added["created"] is True
    assert (dataset["dataset"], dataset["rows"], dataset["columns"]) == ("irises", 150, 5)
    assert dataset["source"]["classes"] == ["setosa", "versicolor", "virginica"]
    assert [c["role"] for c in dataset["schema"]] == ["feature"] * 4 + ["target"]


def test_a_name_of_digits_is_made_one(mlctl, store, nowhere_else):
    write_csv(nowhere_else / "2024.csv")
    assert mlctl("data", "add", "2024.csv", "-p", "shop").out == "data_2024\n"


def test_what_a_parameters_file_names_is_added(mlctl, store, nowhere_else):
    write_csv(nowhere_else / "in" / "rows.csv")
    (nowhere_else / "in" / "params.yaml").write_text(
        "project: shop\nmodel: kind\ndata: {path: rows.csv, target: k, drop: [y]}\n"
    )
    added = mlctl("data", "add", "--params", "in/params.yaml", "--json").json
    (dataset,) = added["datasets"]
    assert dataset["source"] == {"path": "in/rows.csv"}
    assert [c["role"] for c in dataset["schema"]] == ["feature", "dropped", "target"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "name a file, or a parameters file with --params"),
        (("rows.csv", "--params", "params.yaml"), 2, "name a file, or a parameters file with --params"),
        (("--params", "params.yaml", "-p", "shop"), 2, "stand in the parameters file"),
        (("rows.csv",), 2, "which project is it for?"),
        (("nothing.csv", "-p", "shop"), 3, "no file matches 'nothing.csv'"),
        (("empty.csv", "-p", "shop"), 5, "empty"),
        (("rows.csv", "-p", "shop", "-n", "a/b"), 2, "slash"),
    ],
)
def test_what_cannot_be_added_leaves_nothing(mlctl, store, nowhere_else, words, code, told):
    write_csv(nowhere_else / "rows.csv")
    (nowhere_else / "empty.csv").write_text("")
    ran = mlctl("data", "add", *words)
    assert ran.code == code
    assert told in ran.err
    assert mlctl("data", "list", "--json").json["datasets"] == []
    assert mlctl("project", "list", "--json").json["projects"] == []
    assert list((store.root / "tmp").iterdir()) == []


def test_a_taken_name_is_refused(mlctl, kept):
    new(kept, rows(50))
    ran = mlctl("data", "add", "new.csv", "-p", "shop", "-n", "rows")
    assert ran.code == 2
    assert "the project shop has a dataset rows" in ran.err


# list, show


def test_the_list_says_what_is_there(mlctl, kept):
    lines = mlctl("data", "list").out.splitlines()
    assert lines[0].split() == [
        "dataset",
        "project",
        "rows",
        "columns",
        "bytes",
        "used_by",
        "created",
        "source",
    ]
    assert lines[1].split()[:4] == ["rows", "shop", "200", "3"]
    assert lines[1].split()[5] == "0"
    assert mlctl("data", "list", "-p", "shop", "--json").json["datasets"][0]["used_by"] == []


def test_the_list_of_an_unknown_project(mlctl, kept):
    ran = mlctl("data", "list", "-p", "shpo")
    assert ran.code == 3
    assert "did you mean shop?" in ran.err


def test_a_dataset_is_shown(mlctl, kept):
    shown = mlctl("data", "show", "rows").out
    assert "shop:rows" in shown
    assert "200 × 3 columns" in shown
    assert "rows.tar.zst" in shown
    assert "nothing" in shown
    assert "a, b" in shown
    assert mlctl("data", "show", "shop:rows").out == shown


@pytest.mark.parametrize("ref", ["rwos", "12", "nope:rows", "best", "x/y:best", "a/b/c", "9" * 300])
@pytest.mark.parametrize("command", [["show"], ["remove"], ["schema"], ["profile"]])
def test_what_is_not_there_is_not_found(mlctl, kept, command, ref):
    ran = mlctl("data", *command, ref)
    assert ran.code == 3
    assert "Traceback" not in ran.err


def test_a_near_name_is_offered(mlctl, kept):
    assert "did you mean rows?" in mlctl("data", "show", "rwos").err


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"source": "sklearn:iris"}, "sklearn:iris"),
        ({"path": ["a.csv", "b.csv"]}, "a.csv, b.csv"),
        ({"function": "f.py:load", "function_source": "…"}, "f.py:load"),
        ({"sql": {"query": "SELECT 1"}}, "SELECT 1"),
        ({}, "{}"),
    ],
)
def test_where_data_came_from_is_a_word(told, shown):
    assert data_views.source(told) == shown


# schema


def test_a_schema_is_written_edited_and_held_to(mlctl, kept):
    assert mlctl("data", "schema", "rows").out.startswith("# What data is held to")
    ran = mlctl("data", "schema", "rows", "-o", "schema.yaml")
    assert (ran.code, ran.out) == (0, "schema.yaml\n")
    assert "next: mlctl data validate FILE --against schema.yaml" in ran.err
    again = mlctl("data", "schema", "rows", "-o", "schema.yaml")
    assert again.code == 2
    assert "schema.yaml is there already" in again.err
    assert mlctl("data", "validate", "rows.csv", "--against", "schema.yaml").err == (
        "rows.csv fits schema.yaml\n"
    )
    path = kept / "schema.yaml"
    tree = yaml.safe_load(path.read_text())
    assert tree["rows"] == 200
    assert [c["column"] for c in tree["columns"]] == ["x", "y", "k"]
    assert len(tree["columns"][0]["quantiles"]) == 7
    assert tree["columns"][2]["categories"] == {"a": 100, "b": 100}
    # A person takes a column out, and what is not there is not asked for.
    tree["columns"] = [c for c in tree["columns"] if c["column"] != "y"]
    path.write_text(yaml.safe_dump(tree))
    new(kept, [(x, k) for x, _, k in rows()], "x,k")
    assert mlctl("data", "validate", "new.csv", "--against", "rows").code == 5
    assert mlctl("data", "validate", "new.csv", "--against", "schema.yaml").code == 0
    # A person asks for a number where there is text.
    tree["columns"][1] = {"column": "k", "role": "target", "type": "number"}
    path.write_text(yaml.safe_dump(tree))
    ran = mlctl("data", "validate", "new.csv", "--against", "schema.yaml", "--json")
    assert ran.code == 5
    assert [(i["code"], i["column"]) for i in ran.json["refusals"]] == [("type-changed", "k")]


def test_a_wrong_schema_is_refused_with_each_field(mlctl, kept):
    (kept / "schema.yaml").write_text("columns: [{column: x, tpye: number}, {column: y, type: many}]\n")
    ran = mlctl("data", "validate", "rows.csv", "--against", "schema.yaml")
    assert ran.code == 2
    assert "tpye" in ran.err
    assert "many" in ran.err


# profile


def test_a_file_is_profiled(mlctl, kept):
    ran = mlctl("data", "profile", "rows.csv", "-t", "k")
    assert ran.code == 0
    assert "rows.csv: 200 rows × 3 columns, 0 copied rows" in ran.err
    assert "target k: classification, k is text with 2 distinct values; a 50.0%, b 50.0%" in ran.err
    assert any(block in ran.out for block in "▁▂▃▄▅▆▇█")


def test_a_dataset_is_profiled_with_its_target(mlctl, kept):
    described = mlctl("data", "profile", "rows", "--json").json["profile"]
    assert described["rows"] == 200
    assert described["target"]["classes"] == [["a", 100], ["b", 100]]
    assert described["columns"][0]["quantiles"]


def test_the_profile_as_a_page(mlctl, kept):
    ran = mlctl("data", "profile", "rows", "--html", "page.html")
    assert ran.code == 0
    assert "wrote page.html" in ran.err
    page = (kept / "page.html").read_text()
    assert "shop:rows" in page
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_what_looks_wrong_is_said(mlctl, nowhere_else):
    lines = [
        (i, f"2{i:03d}-01-01", "", "one", k, "yn"[k == "a"], i % 7) for i, (_, _, k) in enumerate(rows())
    ]
    new(nowhere_else, lines, "id,day,nothing,same,leak,k,week")
    found = mlctl("data", "profile", "new.csv", "-t", "k")
    assert found.code == 0
    assert " … " in found.out
    described = mlctl("data", "profile", "new.csv", "-t", "k", "--json").json["profile"]
    assert (described["empty"], described["constant"]) == (["nothing"], ["same"])
    assert described["leaks"] == ["leak"]
    assert described["future"] == ["day"]
    assert "MLC" in found.err
    assert "leak" in found.err


def test_what_training_would_refuse_is_said(mlctl, nowhere_else):
    new(nowhere_else, [(i, "a", "") for i in range(30)], "x,k,z")
    ran = mlctl("data", "profile", "new.csv", "-t", "k")
    assert ran.code == 0
    assert "warning: training would refuse it: " in ran.err


def test_a_profile_of_missing_values(mlctl, nowhere_else):
    new(nowhere_else, [("" if i % 4 else i, "ab"[i % 2], i % 3 == 0) for i in range(80)])
    assert "75.0%" in mlctl("data", "profile", "new.csv").out


def test_no_such_target(mlctl, kept):
    ran = mlctl("data", "profile", "rows.csv", "-t", "kk")
    assert ran.code == 3
    assert "did you mean k?" in ran.err


@pytest.mark.parametrize(("counts", "drawn"), [([], ""), ([0, 0], "  "), ([1, 100], "▁█")])
def test_bars(counts, drawn):
    assert data_views.bars(counts) == drawn


# validate


def gone():
    return "x,k", [(x, k) for x, _, k in rows()]


def retyped():
    return "x,y,k", [(x, f"v{y}", k) for x, y, k in rows()]


def one_class():
    return "x,y,k", [(x, y, "a") for x, y, _ in rows()]


def newly_missing():
    return "x,y,k", [(x, y if i % 3 == 0 else "", k) for i, (x, y, k) in enumerate(rows())]


def no_target():
    return "x,y", [(x, y) for x, y, _ in rows()]


REFUSED = [
    (gone, "column-gone", "y"),
    (retyped, "type-changed", "y"),
    (one_class, "target-one-class", "k"),
    (newly_missing, "newly-missing", "y"),
]


@pytest.mark.parametrize(("made", "code", "column"), REFUSED, ids=[made.__name__ for made, _, _ in REFUSED])
def test_what_is_refused(mlctl, kept, made, code, column):
    header, lines = made()
    new(kept, lines, header)
    ran = mlctl("data", "validate", "new.csv", "--against", "rows", "--json")
    assert ran.code == 5
    assert ran.json["valid"] is False
    assert ran.json["against"] == "shop:rows"
    assert [(i["code"], i["column"]) for i in ran.json["refusals"]] == [(code, column)]
    shown = mlctl("data", "validate", "new.csv", "--against", "rows")
    assert shown.code == 5
    assert "refuse" in shown.out
    assert "new.csv against shop:rows: 1 refusal, " in shown.err


def test_no_rows_are_refused(mlctl, kept):
    new(kept, [])
    assert mlctl("data", "validate", "new.csv", "--against", "rows").code == 5


def test_rows_without_answers_are_held_to_the_rest(mlctl, kept):
    header, lines = no_target()
    new(kept, lines, header)
    assert mlctl("data", "validate", "new.csv", "--against", "rows").code == 0


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: [(x * 100 if i % 10 == 0 else x, y, k) for i, (x, y, k) in enumerate(rows())], "beyond"),
        (lambda: [(x, y, "c" if i % 10 == 0 else k) for i, (x, y, k) in enumerate(rows())], "new-category"),
        (lambda: [(x, "" if i % 5 == 0 else y, k) for i, (x, y, k) in enumerate(rows())], "missing-up"),
        (lambda: rows() + rows()[:40], "duplicates"),
    ],
)
def test_what_is_odd_is_a_warning(mlctl, kept, made, code):
    new(kept, made())
    ran = mlctl("data", "validate", "new.csv", "--against", "rows", "--json")
    assert (ran.code, ran.json["valid"], ran.json["refusals"]) == (0, True, [])
    assert code in [i["code"] for i in ran.json["warnings"]]
    shown = mlctl("data", "validate", "new.csv", "--against", "rows")
    assert shown.code == 0
    assert shown.out.splitlines()[1].startswith("warn")


def test_extremes_are_no_limits(mlctl, kept):
    new(kept, rows(seed=1))
    ran = mlctl("data", "validate", "new.csv", "--against", "rows")
    assert (ran.code, ran.out, ran.err) == (0, "", "new.csv fits shop:rows\n")


def test_a_dataset_is_held_to_another(mlctl, kept):
    new(kept, gone()[1], "x,k")
    mlctl("data", "add", "new.csv", "-p", "shop")
    assert mlctl("data", "validate", "new", "--against", "rows").code == 5


def test_a_file_is_read_as_the_dataset_was(mlctl, store, nowhere_else):
    for name in ("old", "new"):
        lines = [(f"{i:03d}", "-" if i % 9 == 0 else y, k) for i, (_, y, k) in enumerate(rows())]
        write_csv(nowhere_else / f"{name}.csv", "x,y,k", lines)
    (nowhere_else / "params.yaml").write_text(
        "project: shop\nmodel: kind\n"
        "data: {path: old.csv, target: k, missing: ['-'], types: {x: category}, delimiter: ','}\n"
    )
    mlctl("data", "add", "--params", "params.yaml")
    assert mlctl("data", "validate", "new.csv", "--against", "old").code == 0
    assert mlctl("data", "diff", "old", "new.csv", "--json").json["types"] == []


# diff


def test_two_tables_are_compared(mlctl, kept):
    lines = [(x, "c" if i % 10 == 0 else k, i, f"v{y}") for i, (x, y, k) in enumerate(rows(150))]
    new(kept, lines, "x,k,extra,y")
    ran = mlctl("data", "diff", "rows", "new.csv")
    assert ran.code == 0
    assert "200 in rows, 150 in new.csv" in ran.out
    assert "number, now text" in ran.out
    assert "extra" in ran.out
    assert "c 15" in ran.out
    found = mlctl("data", "diff", "rows", "new.csv", "--json").json
    assert (found["rows"], found["added"], found["removed"]) == ([200, 150], ["extra"], [])
    assert (found["one"], found["other"]) == ("rows", "new.csv")


def test_a_table_does_not_differ_from_itself(mlctl, kept):
    found = mlctl("data", "diff", "rows.csv", "rows", "--json").json
    assert found["shared"] == 200
    assert [c["distribution"]["drifted"] for c in found["columns"]] == [False] * 3


def test_more_categories_than_are_shown():
    assert data_views._levels(type("L", (), {"named": (("a", 2),), "count": 4})) == "a 2 and 3 more"


# export


def test_export_writes_the_very_bytes(mlctl, kept):
    ran = mlctl("data", "export", "rows", "-o", "out")
    assert (ran.code, ran.out) == (0, "out/rows.csv\n")
    assert (kept / "out" / "rows.csv").read_bytes() == (kept / "rows.csv").read_bytes()
    again = mlctl("data", "export", "rows", "-o", "out")
    assert again.code == 2
    assert "out is there already" in again.err
    assert mlctl("data", "export", "rows", "-o", "deep/er", "--json").json["files"] == ["deep/er/rows.csv"]


def test_files_in_folders_come_back_in_folders(mlctl, store, nowhere_else):
    for part in ("a", "b"):
        write_csv(nowhere_else / "in" / part / "rows.csv", lines=rows(20, seed=ord(part)))
    mlctl("data", "add", "in/*/rows.csv", "-p", "shop", "-n", "both")
    assert mlctl("data", "export", "both", "-o", "out").out == "out/a/rows.csv\nout/b/rows.csv\n"
    assert (nowhere_else / "out" / "b" / "rows.csv").read_bytes() == (
        nowhere_else / "in" / "b" / "rows.csv"
    ).read_bytes()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../../evil.csv", tarfile.REGTYPE),
        ("/tmp/evil.csv", tarfile.REGTYPE),
        ("link.csv", tarfile.SYMTYPE),
        ("hard.csv", tarfile.LNKTYPE),
        ("device", tarfile.CHRTYPE),
    ],
)
@pytest.mark.parametrize("command", [["export", "rows", "-o", "out"], ["profile", "rows"]])
def test_a_hostile_archive_is_damage(mlctl, kept, name, kind, command):
    reseal(kept, tar_of(kept, name, kind))
    before = set(kept.rglob("*"))
    ran = mlctl("data", *command)
    assert ran.code == 6
    assert name in ran.err
    assert {path.name for path in {*kept.rglob("*")} ^ before} <= {"index.sqlite"}


def test_a_corrupt_archive_is_damage(mlctl, kept):
    archive = Layout(kept / "mlstore").datasets("shop") / "rows.tar.zst"
    archive.write_bytes(archive.read_bytes()[:-7])
    for command in (["export", "rows", "-o", "out"], ["profile", "rows"], ["diff", "rows", "rows.csv"]):
        ran = mlctl("data", *command)
        assert ran.code == 6
        assert "sha256" in ran.err
    assert not (kept / "out").exists()
    reseal(kept, archive.read_bytes())
    assert mlctl("data", "export", "rows", "-o", "out").code == 6
    assert not (kept / "out").exists()


def test_an_archive_that_is_gone_is_damage(mlctl, kept):
    (Layout(kept / "mlstore").datasets("shop") / "rows.tar.zst").unlink()
    ran = mlctl("data", "export", "rows", "-o", "out")
    assert ran.code == 6
    assert "is missing" in ran.err


def test_another_number_of_rows_than_the_record_says_is_damage(mlctl, kept):
    record = Layout(kept / "mlstore").datasets("shop") / "rows.yaml"
    record.write_text(record.read_text().replace("\nrows: 200\n", "\nrows: 201\n"))
    ran = mlctl("data", "profile", "rows")
    assert ran.code == 6
    assert "rows has 200 rows, its record says 201" in ran.err


# remove, restore


def test_a_dataset_goes_and_comes_back(mlctl, kept):
    ran = mlctl("data", "remove", "rows")
    assert ran.code == 0
    assert "moved rows to the trash" in ran.err
    assert "next: " in ran.err
    assert dataset_files(kept) == []
    assert mlctl("data", "show", "rows").code == 3
    assert mlctl("data", "restore", ran.out.strip()).out == "mlstore/projects/shop/datasets/rows.yaml\n"
    assert mlctl("data", "export", "rows", "-o", "out").code == 0
    (place,) = mlctl("data", "rm", "rows", "--json").json["trash"]
    assert place.endswith("_rows")
    assert mlctl("data", "restore", "rows", "--json").json["restored"].endswith("rows.yaml")
    assert mlctl("data", "restore", "rows").code == 3


# what experiments use


def test_what_an_experiment_uses_is_named_and_stays(mlctl, nowhere_else, monkeypatch):
    (nowhere_else / "private").mkdir()
    monkeypatch.setenv("DIR", "private")
    write_csv(nowhere_else / "private" / "rows.csv", lines=rows(90))
    (nowhere_else / "params.yaml").write_text(
        "project: shop\nmodel: kind\ndata: {path: '${DIR}/rows.csv', target: k, drop: [y]}\n"
        "cross_validation: {folds: 3, repeats: 1}\njobs: 1\n"
    )
    mlctl("init")
    # The content is there before the training is, and nobody said what its target is.
    assert mlctl("data", "add", "private/rows.csv", "-p", "shop").out == "rows\n"
    assert mlctl("train", "--params", "params.yaml", *QUICK).code == 0
    (listed,) = mlctl("data", "list", "--json").json["datasets"]
    assert listed["used_by"] == ["shop_nogit_1", "shop_nogit_2"]
    refused = mlctl("data", "remove", "2", "--json")
    assert refused.code == 4
    assert "used by 2 experiments: shop_nogit_1, shop_nogit_2" in refused.json["error"]["message"]
    assert dataset_files(nowhere_else) == ["rows.tar.zst", "rows.yaml"]
    # The experiment knows the roles that its columns had.
    shown = mlctl("data", "show", "best", "--json").json["datasets"][0]
    assert [c["role"] for c in shown["schema"]] == ["feature", "dropped", "target"]
    new(nowhere_else, [(x, y, "a") for x, y, _ in rows(90)])
    assert mlctl("data", "validate", "new.csv", "--against", "shop/kind:2").code == 5
    # The snapshot is enough to look at it and to train it again, and needs no variable.
    monkeypatch.delenv("DIR")
    checked = mlctl("reproduce", "2", "--check", "--json")
    assert checked.code == 0, checked.err
    assert checked.json["equal"]
    assert checked.json["to_the_last_bit"]


def secret_in(folder: Path, secret: str) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]


def test_the_value_of_a_variable_in_a_path_is_written_nowhere(mlctl, nowhere_else, monkeypatch):
    monkeypatch.setenv("DIR", "q7private")
    write_csv(nowhere_else / "sub" / "q7private" / "rows.csv", lines=rows(90))
    (nowhere_else / "sub" / "params.yaml").write_text(
        "project: shop\nmodel: kind\ndata: {path: '${DIR}/rows.csv', target: k, keep: query}\n"
    )
    mlctl("init")
    added = mlctl("data", "add", "--params", "sub/params.yaml")
    assert (added.code, added.out) == (0, "rows\n")
    assert "kept how to fetch it again: 90 rows × 3 columns" in added.err
    assert secret_in(nowhere_else / "mlstore", "q7private") == []
    (dataset,) = mlctl("data", "show", "rows", "--json").json["datasets"]
    assert dataset["source"] == {"path": "${DIR}/rows.csv", "relative_to": "sub"}
    assert dataset_files(nowhere_else) == ["rows.yaml"]
    # What the variable holds is relative to the parameters file, as it was then.
    assert mlctl("data", "profile", "rows", "--json").json["profile"]["rows"] == 90
    exported = mlctl("data", "export", "rows", "-o", "out")
    assert exported.code == 3
    assert "was not kept" in exported.err
    monkeypatch.delenv("DIR")
    ran = mlctl("data", "profile", "rows")
    assert ran.code == 2
    assert "DIR" in ran.err


def test_a_query_is_kept_instead_of_its_rows(mlctl, nowhere_else, monkeypatch):
    make_shop(nowhere_else / "shop.db")
    (nowhere_else / "params.yaml").write_text(SHOP)
    monkeypatch.setenv("PW", "hunter2hunter2")
    mlctl("init")
    trained = mlctl("train", "--params", "params.yaml", *QUICK)
    assert trained.code == 0, trained.err
    assert list((nowhere_else / "mlstore").rglob("*.tar*")) == []
    assert list((nowhere_else / "mlstore").rglob("*.parquet")) == []
    assert secret_in(nowhere_else / "mlstore", "hunter2") == []
    assert "hunter2" not in trained.out + trained.err
    again = mlctl("reproduce", "2", "--check")
    assert again.code == 0, again.err
    assert "equal to the last bit" in again.out
    shown = mlctl("data", "show", "2").out
    assert "the way to fetch it again" in shown
    assert "SELECT x, y, k FROM t" in shown
    assert mlctl("data", "list").out.splitlines()[1].split()[:5] == ["shop_nogit_1", "shop", "90", "3", "2"]
    assert mlctl("data", "add", "--params", "params.yaml", "--json").json["created"] is False
    change_a_row(nowhere_else / "shop.db")
    changed = mlctl("reproduce", "2", "--check")
    assert changed.code == 1
    assert "the rows are others, or in another order" in changed.out
    told = "warning: shop:shop_nogit_1 was fetched again: the rows are others, or in another order"
    assert told in mlctl("data", "profile", "2").err
    assert told in mlctl("data", "diff", "2", "2").err
    assert mlctl("data", "add", "--params", "params.yaml", "-n", "later").out == "later\n"
    (nowhere_else / "shop.db").unlink()
    lost = mlctl("reproduce", "2", "--check")
    assert lost.code == 1
    assert "unable to open database file" in lost.err
    assert "hunter2" not in lost.err
    assert secret_in(nowhere_else / "mlstore", "hunter2") == []


def test_an_experiment_without_data_is_said_to_have_none(mlctl, small_store):
    ran = mlctl("data", "show", "2")
    assert ran.code == 3
    assert "iris_3f9a1c_2 keeps no data: it is finished" in ran.err
    assert mlctl("reproduce", "2", "--check").code == 3


# drift


@pytest.mark.parametrize(("shift", "word", "code"), [(0.0, "no drift", 0), (2.0, "the table drifts", 4)])
def test_drift(mlctl, kept, shift, word, code):
    new(kept, rows(300, shift, seed=1))
    ran = mlctl("monitor", "drift", "new.csv", "--against", "rows", "--exit-code")
    assert ran.code == code
    assert "300 new rows against 200" in ran.err
    assert ran.err.splitlines()[-1].startswith(word)
    assert "a classifier tells old from new with AUC " in ran.err
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0][:2] == ["column", "verdict"]
    assert [line[:2] for line in lines[1:3]] == [[c, "DRIFT" if code else "no"] for c in "xy"]
    assert mlctl("monitor", "drift", "new.csv", "--against", "rows").code == 0


def test_drift_as_json(mlctl, kept):
    new(kept, rows(300, 2.0, seed=1))
    ran = mlctl("monitor", "drift", "new.csv", "--against", "rows.csv", "--exit-code", "--json")
    assert ran.code == 4
    assert ran.json["drifted"] is True
    assert ran.json["rows"] == [200, 300]


def test_under_a_hundred_rows_there_is_no_verdict(mlctl, kept):
    new(kept, rows(60, 2.0, seed=1))
    ran = mlctl("monitor", "drift", "new.csv", "--against", "rows", "--exit-code")
    assert ran.code == 0
    assert "no verdict" in ran.err
    assert "DRIFT" not in ran.out
    assert mlctl("monitor", "drift", "new.csv", "--against", "rows", "--json").json["drifted"] is None


def test_between_two_datasets(mlctl, kept):
    new(kept, rows(300, seed=1))
    mlctl("data", "add", "new.csv", "-p", "shop")
    assert mlctl("monitor", "drift", "new", "--against", "rows", "--json").json["drifted"] is False


def test_drift_against_nothing_known(mlctl, kept):
    assert mlctl("monitor", "drift", "rows.csv", "--against", "nope").code == 3


# words that are no files


def test_a_file_that_may_not_be_looked_at_is_said(mlctl, kept):
    (kept / "private").mkdir()
    was_root = os.geteuid() == 0
    (kept / "private").chmod(0)
    if was_root:
        os.seteuid(65_534)  # nobody: root may look at everything
    try:
        ran = mlctl("data", "profile", kept / "private" / "rows.csv")
    finally:
        if was_root:
            os.seteuid(0)
    assert ran.code == 1
    assert "Permission denied" in ran.err


def test_a_built_in_set_is_read_as_a_dataset_was(mlctl, store):
    mlctl("data", "add", "sklearn:iris", "-p", "flowers", "-t", "target")
    assert mlctl("data", "validate", "sklearn:iris", "--against", "iris").code == 0
    assert mlctl("data", "diff", "iris", "sklearn:iris", "--json").json["shared"] == 150


def test_a_glob_and_a_built_in_set_need_no_store(mlctl, nowhere_else):
    write_csv(nowhere_else / "a1.csv", lines=rows(20))
    write_csv(nowhere_else / "a2.csv", lines=rows(30))
    assert mlctl("data", "profile", "a*.csv", "--json").json["profile"]["rows"] == 50
    assert mlctl("data", "profile", "sklearn:iris", "--json").json["profile"]["rows"] == 150
    assert mlctl("data", "diff", "sklearn:iris", "sklearn:iris", "--json").json["shared"] == 150
    assert sorted(path.name for path in nowhere_else.iterdir()) == ["a1.csv", "a2.csv"]


@pytest.mark.parametrize("width", ["50", "200"])
def test_on_a_terminal_each_is_for_a_person(mlctl, kept, monkeypatch, width):
    monkeypatch.setattr("mlctl.cli.out.is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", width)
    new(kept, rows(300, 2.0, seed=1))
    for words in (
        ("data", "list"),
        ("data", "profile", "rows"),
        ("data", "diff", "rows", "new.csv"),
        ("monitor", "drift", "new.csv", "--against", "rows"),
    ):
        ran = mlctl(*words)
        assert ran.code == 0, ran.err
        assert max(map(len, ran.out.splitlines())) <= int(width)


def test_many_categories_and_dates_are_shown_short(mlctl, store, nowhere_else):
    lines = [(f"c{i % 8}", f"2024-01-{i % 28 + 1:02d}", f"free text {i}") for i in range(60)]
    new(nowhere_else, lines, "name,day,told")
    mlctl("data", "add", "new.csv", "-p", "shop")
    shown = mlctl("data", "show", "new").out
    assert "c0, c1, c2, c3, c4 and 3 more" in shown
    assert "2024-01-01T00:00:00 … 2024-01-28T00:00:00" in shown
    assert "60 values" in shown


@pytest.mark.parametrize("column", [{}, {"distinct": 7}])
def test_a_schema_that_a_person_shortened_is_shown(column):
    assert data_views._values(column) == ("7 values" if column else "")
