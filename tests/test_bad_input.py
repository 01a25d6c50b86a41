"""Bad input, end to end: the documented exit code, what is wrong, how to mend it, and nothing half-stored."""

import gzip
import io
import json
import os
import resource
import shutil
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import Ran

ROWS = "".join(f"{i % 7},{i * 37 % 11},{'ab'[i % 3 % 2]}\n" for i in range(60))
TABLE = f"u,v,y\n{ROWS}"
PARAMETERS = """\
project: p
model: m
data: {path: d.csv, target: y}
ladder: [dummy]
cross_validation: {folds: 3, repeats: 1}
jobs: 1
"""
FOREIGN = "tests.ml.foreigners"


def made(change: str, into: str, text: str = TABLE) -> str:
    assert change in text
    return text.replace(change, into, 1)


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("d.csv", TABLE)
    return target.getvalue()


@pytest.fixture
def place(mlctl: Callable[..., Ran]) -> Path:
    """An empty store, a good table and a good parameters file in the working directory."""
    assert mlctl("init").code == 0
    Path("d.csv").write_text(TABLE)
    Path("p.yaml").write_text(PARAMETERS)
    return Path.cwd()


@pytest.fixture
def train(mlctl: Callable[..., Ran], place: Path) -> Callable[..., Ran]:
    """Train with settings over the good parameters file."""

    def run(*settings: str, words: tuple[str, ...] = ()) -> Ran:
        return mlctl("train", "--params", "p.yaml", *words, *(w for s in settings for w in ("--set", s)))

    return run


def check_refused(mlctl, train, code, said, hint, settings=()):
    """The error, for people and as the one JSON document; and a store as it was."""
    ran = train(*settings)
    assert ran.code == code, ran.err
    assert said in ran.err
    assert hint in ran.err
    assert "error: " in ran.err
    assert "fix: " in ran.err
    assert ran.out == ""
    told = train(*settings, words=("--json",))
    assert told.code == code
    assert set(told.json) == {"schema_version", "error"}
    assert said in json.dumps(told.json["error"], ensure_ascii=False).replace('\\"', '"').replace(
        "\\\\", "\\"
    )
    assert "Traceback" not in ran.err + told.err
    assert list(Path("mlstore/projects").iterdir()) == []
    assert list(Path("mlstore/tmp").iterdir()) == []
    assert mlctl("status", "--json").json["projects"] == 0


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        pytest.param("", "d.csv: the file is empty", "what wrote it", id="empty"),
        pytest.param("\n\n", "holds only empty lines", "what wrote it", id="blank-lines"),
        pytest.param("u,v,y\n", "there is a header and no row below it", "what wrote", id="header-only"),
        pytest.param(TABLE + "1,2\n", "line 62 has 2 fields, the header has 3", "mend the line", id="short"),
        pytest.param(TABLE + "1,2,a,b\n", "line 62 has 4 fields", "needs quotes", id="long"),
        pytest.param(TABLE + '1,"2,a\n' + ROWS, "row that starts at line 62", "not closed", id="quote"),
        pytest.param((TABLE + "1,2,é\n").encode("latin-1"), "is not utf-8 text", "data.encoding", id="latin"),
        pytest.param(TABLE.encode("utf-16"), "is UTF-16 text", "utf-16", id="utf-16"),
        pytest.param(bytes(range(256)), "is a binary file, not text", "CSV or Parquet", id="binary"),
        pytest.param(zipped(), "is a zip archive or an Excel workbook", "save the sheet as CSV", id="zip"),
        pytest.param(gzip.compress(TABLE.encode()), "is a gzip file", ".gz", id="gzip-named-csv"),
        pytest.param(made("u,v,y", "u,v,z"), "there is no column 'y'", "the columns are", id="no-target"),
        pytest.param(
            TABLE.replace(",a\n", ",b\n"), "'y' is 'b' in every row", "name another", id="constant-target"
        ),
        pytest.param("u,v,y\n1,2,\n3,4,\n", "'y' holds no value", "name another column", id="null-target"),
        pytest.param(TABLE + "1,2,c\n", "fewer rows than the 3 folds: 'c' 1", "merge", id="rare-class"),
        pytest.param("y\n" + "a\nb\n" * 9, "it is the only column", "to learn from", id="one-column"),
        pytest.param("u,v,y\n1,2,a\n", "there is no feature", "none hides another", id="one-row"),
        pytest.param(made("u,v", "u,u"), "'u' stands more than once", "of its own", id="twice-named"),
        pytest.param(made("u,v", "u,"), "column 2 of 3 has no name", "give every column", id="unnamed"),
        pytest.param(TABLE + "inf,2,a\n", "'u' has 1 infinite values", "data.missing", id="infinite"),
        pytest.param(TABLE + "1e999,2,a\n", "'u' has 1 infinite values", "data.missing", id="overflow"),
    ],
)
def test_a_bad_table(mlctl, train, content, said, hint):
    Path("d.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    check_refused(mlctl, train, 5, said, hint)


@pytest.mark.parametrize(
    ("code", "setting", "said", "hint"),
    [
        (3, "data.path=c.csv", "no file matches 'c.csv'", "there are d.csv"),
        (3, "data.path=.", "'.' is a directory", "name its files"),
        (5, "data.path=/dev/null", "is no regular file", "to a file first"),
        (1, f"data.path={'x' * 5000}", "file name too long", "shorter names"),
        (5, "data.path=p.yaml", "cannot tell from the name what the file is", "mlctl reads CSV"),
        (5, "data.delimiter=;", "one column when split at semicolon", "set data.delimiter to ','"),
        (5, "data.target=Y", "there is no column 'Y'", "did you mean y?"),
        (5, "data.drop=[u, v]", "no feature beside the target", "to learn from"),
        (5, "data.types={y: number}", "'a' in row 1 is not a number", "data.missing"),
        (5, "data.positive=c", "'c' is no class", "the classes are 'a', 'b'"),
        (5, "cross_validation.folds=50", "fewer rows than the 50 folds", "cross_validation.folds: 20"),
        (5, "split.test_size=0.0001", "none would be held out", "other sizes"),
        (2, "data.encoding=klingon", "data.encoding: 'klingon'", "params schema"),
        (2, "metric=acuracy", "did you mean accuracy_score?", "params schema"),
        (2, "metric=r2", "r2_score is for regression", "one of: accuracy_score"),
        (2, "ladder=[svmc]", "did you mean svc?", "params schema"),
        (2, "ladder=[svr]", "svr is for regression", "did you mean svc?"),
        (2, "ladder=[{svc: {c: 1}}]", "did you mean C?", "params schema"),
        (2, "ladder=[{svc: {C: -1}}]", "The 'C' parameter of SVC must be a float", "sklearn.svm.SVC"),
        (2, "ladder=[no_such.Class]", "there is no module 'no_such'", "PYTHONPATH"),
        (2, "ladder=[os.system]", "os.system is no estimator", "interface"),
        (3, "ladder=[{rule: 'rules.py:f'}]", "cannot read", "name a Python file"),
        (2, "split.train_siz=0.8", "did you mean train_size?", "params schema"),
        (2, "split", "wanted KEY=VALUE", "split.random_state=7"),
        (2, "ladder=[svc", "did not find expected", "quotes"),
        (2, "ladder.0=svc", "ladder is a list", "ladder=[{svc"),
        (2, "project.name=x", "project is 'p' in the file", "replace it whole"),
        (2, "split.test_size=.nan", "a number between 0 and 1", "params schema"),
        (2, "seed=99999999999999999999", "a whole number from 0", "params schema"),
        (2, "seed=!!python/object/apply:os.system [ls]", "a whole number from 0", "params schema"),
        (2, "description=\udcff", "is no UTF-8 text", "UTF-8"),
        (2, "project='12'", "all digits", "params schema"),
        (2, "project=..", "begins with '.'", "params schema"),
        (2, "project=a/b", "has a slash", "params schema"),
        (2, "project=", "project: null", "params schema"),
        (2, 'project="a\\nb"', "has a control character", "params schema"),
        (2, f"project={'x' * 65}", "longer than 64 characters", "params schema"),
        (2, f"project={'日' * 51}", "longer than 150 bytes", "params schema"),
    ],
)
def test_a_bad_setting(mlctl, train, code, setting, said, hint):
    check_refused(mlctl, train, code, said, hint, [setting])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "3 problems"),
        ("[1, 2]\n", "the file: wanted a section"),
        ("project: p\nproject: q\n", "line 2: the key 'project' stands twice"),
        ("project: [p\n", "did not find expected"),
        (b"project: \xff\n", "line 1: not UTF-8 text"),
        (b"project: \0\n", "a NUL byte"),
        ("x: " + "y" * 2_000_000, "larger than 1 MB"),
        ("a: " + "[" * 60 + "]" * 60, "nested more than 50 deep"),
        ("a: &a [*a]\n", "*a has no anchor before it, or stands inside it"),
        (
            "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
            + "".join(f"{c}: &{c} [{', '.join([f'*{b}'] * 10)}]\n" for b, c in zip("abcdef", "bcdefg")),  # noqa: B905 - of equal length
            "more than 100,000 values",
        ),
        ("project: !!python/object/apply:os.system ['touch pwned']\n", "the tag !!python/object"),
        ("project: ${NO_SUCH_VARIABLE}\n", "project: "),
    ],
)
def test_a_bad_parameters_file(mlctl, place, content, said):
    Path("p.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    for words in (("train", "--params", "p.yaml"), ("params", "check", "p.yaml")):
        ran = mlctl(*words)
        assert ran.code == 2
        assert said in ran.err
        assert ran.out == ""
    assert not Path("pwned").exists()
    assert list((place / "mlstore/projects").iterdir()) == []


def test_a_parameters_file_that_is_not_there(mlctl, place):
    for file in ("q.yaml", place):
        ran = mlctl("train", "--params", file)
        assert ran.code == 3
        assert "mlctl params init" in ran.err


@pytest.mark.parametrize(
    ("content", "settings", "warning"),
    [
        pytest.param(
            "u,v,leak,y\n" + "".join(f"{i % 7},{i % 5},{i % 2},{'ab'[i % 2]}\n" for i in range(60)),
            (),
            "MLC001 near-perfect on its own, on rows held out: 'leak'",
            id="target-in-disguise",
        ),
        pytest.param(
            "u,id,y\n" + "".join(f"{i % 7},k{i},{'ab'[i % 3 % 2]}\n" for i in range(60)),
            (),
            "MLC002 'id' names the rows",
            id="key",
        ),
        pytest.param(
            "u,many,y\n" + "".join(f"{i % 7},k{i % 1500},{'ab'[i % 3 % 2]}\n" for i in range(3000)),
            ("data.types={many: category}",),
            "MLC008 'many' has 1,500 levels",
            id="many-levels",
        ),
        pytest.param(TABLE + "1,2,\n", (), "MLC005 1 of 61 rows have no target", id="some-targets-missing"),
        pytest.param(
            "u,when,y\n9,9999-12-31,a\n"
            + "".join(f"{i % 7},2020-01-{i % 28 + 1:02},{'ab'[i % 3 % 2]}\n" for i in range(60)),
            (),
            "'when': 1 dates beyond the years 1677 to 2262",
            id="dates-out-of-range",
        ),
    ],
)
def test_what_is_trained_on_with_a_warning(train, content, settings, warning):
    Path("d.csv").write_text(content)
    ran = train(*settings)
    assert ran.code == 0, ran.err
    assert warning in ran.err


GAPS = "".join(f"{i},{'1.5' if i == 3 else ''},{'2020-01-01' if i == 4 else ''},{i % 2}\n" for i in range(60))


@pytest.mark.parametrize(
    ("content", "target", "settings"),
    [
        pytest.param(
            f'row,actual,"predicted, fold","metric\nvalue","🙂"\n{"1,2,3,4,a" + chr(10)}'
            + "".join(f"{i % 7},{i % 5},{i % 3},{i % 11},{'ab'[i % 2]}\n" for i in range(60)),
            "🙂",
            ("project=한글", "model=日本語"),
            id="names",
        ),
        pytest.param("n,rare,seen,y\n" + GAPS, "y", (), id="columns-of-hardly-a-value"),
        pytest.param(
            "u,c,y\n"
            + "".join(f"{i},{'k' * (500_000 if i == 5 else 1 + i % 3)},{i % 2}\n" for i in range(60)),
            "y",
            (),
            id="huge-cell",
        ),
        pytest.param(
            "u,c,y\n" + "".join(f"{i if i % 3 else 'odd'},{10 ** (i % 25)},{i % 2}\n" for i in range(60)),
            "y",
            (),
            id="mixed-types",
        ),
    ],
)
def test_odd_tables_are_trained_on_and_stay_readable(mlctl, train, content, target, settings):
    Path("d.csv").write_text(content)
    ladder = "ladder=[hist_gradient_boosting, logistic_regression]"
    ran = train(f'data.target="{target}"', ladder, "jobs=2", *settings, words=("--json",))
    assert ran.code == 0, ran.err
    assert [e["status"] for e in ran.json["experiments"]] == ["finished"] * 3
    again = mlctl("evaluate", "2", "--json")
    assert again.code == 0, again.err
    assert again.json["equal"]
    for words in (("compare",), ("show", "3"), ("status",), ("diff", "1", "3")):
        assert mlctl(*words).code == 0


def test_rungs_that_fail_cost_themselves_alone(mlctl, train):
    behaviours = ("fail", "crash", "die", "exit", "mumble", "eat", "hang", "print", "warn_much")
    rungs = [f"{{{FOREIGN}.Majority: {{behaviour: {behaviour}}}}}" for behaviour in behaviours]
    ladder = f"ladder=[{', '.join(rungs)}, {FOREIGN}.Terse, decision_tree]"
    ran = train(ladder, "limits={rung_minutes: 0.05, memory_gb: 3}", "jobs=2", words=("--json",))
    assert ran.code == 0, ran.err
    records = ran.json["experiments"][1:]
    told = {b: (e["status"], e["error"].get("reason", "")) for b, e in zip(behaviours, records, strict=False)}
    assert told == {
        "fail": ("failed", "error"),
        "crash": ("failed", "died"),
        "die": ("failed", "died"),
        "exit": ("failed", "error"),
        "mumble": ("failed", "error"),
        "eat": ("failed", "memory"),
        "hang": ("failed", "timeout"),
        "print": ("finished", ""),
        "warn_much": ("finished", ""),
    }
    assert records[0]["error"]["message"] == "ValueError: it does not like the data"
    assert records[1]["error"]["message"] == "its process was killed by SIGSEGV"
    assert records[4]["error"]["message"].startswith(r"ValueError: \ud800\x1b[31m")
    assert "limits.rung_minutes is 0.05" in records[6]["error"]["message"]
    assert "answers for" in records[-2]["error"]["message"]
    assert records[-1]["status"] == "finished"
    assert "Traceback" not in ran.err
    assert "from Python" not in ran.err
    assert mlctl("status", "--json").json["warnings"] == []
    assert len(mlctl("experiment", "list", "--json").json["experiments"]) == 12


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("", 5, "the file is empty"),
        ("sepal length (cm),target\n1,0\n", 5, "there is no column 'sepal width (cm)'"),
        ("a,b\n1,2\n", 5, "there is no target column 'target'"),
        (None, 3, "no file matches 'new.csv'"),
        ("HEADER\ninf,1,1,1,0\n", 5, "has 1 infinite values"),
        ("HEADER\nx,1,1,1,0\n", 5, "is not a number"),
        ("HEADER\n1,1,1,1,7\n", 5, "labels that the model does not know: '7'"),
        ("HEADER\n1,1,1,1,\n", 5, "no row has a value of the target"),
    ],
)
def test_new_rows_that_cannot_be_scored(mlctl, iris, content, code, said):
    header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),target"
    if content is not None:
        (iris / "new.csv").write_text(content.replace("HEADER", header))
    ran = mlctl("evaluate", "recommended", "--data", "new.csv")
    assert ran.code == code, ran.err
    assert said in ran.err
    assert "fix: " in ran.err


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, ("show", "999")),
        (3, ("show", "")),
        (3, ("show", "../../etc/passwd")),
        (3, ("show", "no/model:1")),
        (2, ("show", "iris:1")),
        (2, ("show", "-1")),
        (3, ("show", "champion")),
        (3, ("diff", "1", "999")),
        (3, ("compare", "--model", "no")),
        (3, ("compare", "--project", "no")),
        (3, ("experiment", "list", "--project", "iri")),
        (3, ("experiment", "list", "--project", "iris", "--model", "specie")),
        (3, ("experiment", "list", "--model", "no")),
        (3, ("model", "list", "--project", "iri")),
        (3, ("data", "list", "--project", "iri")),
        (2, ("compare", "--filter", "accuracy_score >")),
        (2, ("compare", "--filter", "acuracy_score > 1")),
        (2, ("compare", "--filter", "__import__('os')")),
        (2, ("compare", "--filter", "(" * 5000)),
        (2, ("compare", "--sort", "nothing")),
        (2, ("compare", "--columns", "nothing")),
        (2, ("project", "add", "7")),
        (2, ("project", "add", "IRIS")),
        (3, ("experiment", "note", "999", "x")),
        (2, ("experiment", "note", "1", " ")),
        (2, ("experiment", "note", "1", "\udcff")),
        (2, ("experiment", "update", "1", "-d", "\udcff")),
        (2, ("experiment", "update", "1", "--evaluations", '{"test": {"f1_score": NaN}}')),
        (2, ("params", "init", "iris.yaml", "-t", "x", "--project", "..")),
        (2, ("params", "init", "iris.yaml", "-t", "x", "--model", "a/b")),
        (2, ("train", "--params", "iris.yaml", "-d", "\udcff")),
        (2, ("experiment", "update", "1", "--evaluations", "nonsense")),
        (3, ("status", "--store", "/no/such/store")),
        (2, ("init", "mlstore/inner")),
        (2, ("nonsense",)),
        (2, ("train",)),
    ],
)
def test_references_filters_and_names_that_mean_nothing(mlctl, iris, code, words):
    ran = mlctl(*words)
    assert ran.code == code, ran.err
    assert ran.err.startswith("error: ")
    told = mlctl(*words, "--json")
    assert told.code == code
    assert set(told.json) == {"schema_version", "error"}
    assert told.err == ""
    assert iris.exists()


def test_new_rows_with_gaps_and_a_model_that_takes_none(mlctl, train):
    assert train("preprocess=none", "ladder=[logistic_regression]").code == 0
    Path("new.csv").write_text("u,v,y\n1,,a\n2,3,b\n")
    ran = mlctl("evaluate", "2", "--data", "new.csv")
    assert ran.code == 5
    assert "new.csv: the model cannot predict these rows: Input X contains NaN" in ran.err
    assert "`preprocess: auto` fills gaps" in ran.err


def test_a_damaged_record_is_named_when_it_is_asked_for(mlctl, iris):
    experiments = iris / "mlstore/projects/iris/models/species/experiments"
    (experiments / "iris_nogit_1/meta.yaml").write_text("\x00")
    for word in ("1", "iris_nogit_1", "iris_nogit_1", "iris/species:1"):
        ran = mlctl("show", word)
        assert ran.code == 6, ran.err
        assert "iris_nogit_1/meta.yaml cannot be read" in ran.err
    assert mlctl("show", "iris_nogit_9").code == 3
    assert mlctl("show", "2").code == 0
    for path in experiments.glob("*/meta.yaml"):
        path.write_text("[")
    ran = mlctl("compare")
    assert ran.code == 6
    assert "cannot be read" in ran.err


@pytest.mark.parametrize(
    ("file", "content", "words", "said"),
    [
        ("environment.yaml", "packages: [1]", ("diff", "1", "2"), "packages is no mapping of names"),
        ("params.yaml", "data: [1]", ("evaluate", "1"), "params.yaml"),
        ("params.yaml", "data: {path: x, target: 1}", ("evaluate", "1"), "params.yaml"),
        ("params.yaml", "data: [1]", ("data", "show", "iris/species:1"), "data is no mapping"),
    ],
)
def test_files_of_the_store_that_hold_something_else(mlctl, iris, file, content, words, said):
    (iris / "mlstore/projects/iris/models/species/experiments/iris_nogit_1" / file).write_text(content)
    ran = mlctl(*words)
    assert ran.code == 6, ran.err
    assert said in ran.err


def test_a_path_from_the_environment_is_never_shown(mlctl, train, monkeypatch):
    monkeypatch.setenv("SECRET_PLACE", "/somewhere/else")
    ran = train("data={path: '${SECRET_PLACE}/d.csv', target: y}")
    assert ran.code == 3
    assert "no file matches '${SECRET_PLACE}/d.csv'" in ran.err
    assert "somewhere" not in ran.err


def test_a_ladder_whose_every_rung_failed(mlctl, train):
    ran = train(f"ladder=[{{{FOREIGN}.Majority: {{behaviour: fail}}}}]", "jobs=1", words=("--json",))
    records = ran.json["experiments"]
    assert [e["status"] for e in records] == ["finished", "failed"]
    assert ran.code == 0  # the dummy is a result


def test_a_climb_that_still_runs_is_not_gone_on_with(mlctl, train):
    from mlctl.actions.train import Climb

    seen = []

    def second(self, *words):
        if not seen:
            seen.append(None)
            seen[0] = train(words=("--resume",))
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Climb, "run", second)
        assert train().code == 130
    assert seen[0].code == 75
    assert "is still running: p_nogit_1 (dummy)" in seen[0].err
    assert train(words=("--resume",)).code == 0


def test_a_store_of_a_newer_format_is_left_alone(mlctl, train):
    Path("mlstore/FORMAT").write_text("mlctl-store 2\n")
    for ran in (mlctl("status"), train(), mlctl("init"), mlctl("compare")):
        assert ran.code == 6
        assert "has format 2, this mlctl reads formats up to 1" in ran.err
        assert "pip install --upgrade mlctl" in ran.err


def test_a_store_that_was_copied_and_moved_goes_on(mlctl, train):
    assert train().code == 0
    shutil.copytree("mlstore", "copy")
    Path("mlstore").rename("elsewhere")
    assert mlctl("status").code == 3
    for store in ("copy", "elsewhere"):
        ran = mlctl("train", "--params", "p.yaml", "--store", store, "--json")
        assert [e["model_version_id"] for e in ran.json["experiments"]] == ["p_nogit_2"]
        assert mlctl("evaluate", "1", "--store", store, "--json").json["equal"]


@contextmanager
def without_rights(folder: Path):
    """Read everything below a folder and write nothing, as root either."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path in paths:
            path.chmod(0o755)


READ = (
    ("status",),
    ("compare",),
    ("show", "1"),
    ("experiment", "list"),
    ("project", "list"),
    ("evaluate", "1"),
)
WRITE = (("experiment", "note", "1", "x"), ("project", "add", "q"), ("experiment", "remove", "1"))


def test_a_read_only_store_can_be_read(mlctl, train, monkeypatch):
    assert train().code == 0
    # pytest's own directory is closed to everybody else, and nobody is who root turns into below.
    with TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copytree("mlstore", place / "mlstore")
        shutil.copy("d.csv", place)
        shutil.copy("p.yaml", place)
        for words in (*READ, *WRITE):
            assert mlctl(*words).code == 0  # and all that they import is loaded before the rights are gone
        monkeypatch.chdir(place)
        before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
        with without_rights(place):
            read, written = [mlctl(*words) for words in READ], [mlctl(*words) for words in WRITE]
            written.append(train())
        monkeypatch.undo()
        assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    assert [ran.code for ran in read] == [0] * len(READ)
    for ran in written:
        assert ran.code == 1
        assert "permission denied" in ran.err
        assert "fix: check who owns it" in ran.err


@pytest.mark.parametrize("limit", [100, 400, 1_000, 3_000])
def test_a_disk_that_takes_no_more_loses_nothing(mlctl, train, limit):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        ran = train(words=("--json",))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ran.code == 1
    assert "file too large" in ran.json["error"]["message"]
    assert "ulimit -f" in ran.json["error"]["hint"]
    assert "Traceback" not in ran.err
    assert list(Path("mlstore/tmp").iterdir()) == []
    assert list(Path("mlstore").rglob(".tmp-*")) == []
    assert mlctl("status", "--json").json["warnings"] == []
    left = mlctl("experiment", "list", "--json").json["experiments"]
    assert {e["status"] for e in left} <= {"interrupted", "failed"}
    assert all("file too large" in e["error"]["message"] for e in left if e["status"] == "failed")
    again = train(words=("--json", "--resume"))
    assert [e["status"] for e in again.json["experiments"]] == ["finished"]
