"""The verbs of a bundle: in this process, and as its person runs it."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from mlctl.bundle.file.assemble import to_file, to_folder
from mlctl.bundle.file.contents import to_json
from mlctl.bundle.main.bundle import GOLDEN, MODEL, opened
from mlctl.bundle.main.command import main
from tests.bundle import made


@pytest.fixture
def run(pyz, capsysbinary):
    """Run a verb of the bundle in this process; give (code, out, err)."""

    def call(*words, path=pyz):
        capsysbinary.readouterr()
        code = main(opened(str(path)), [str(word) for word in words])
        captured = capsysbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return call


def alone(path, *words, given=b"", flags=("-I", "-S"), **options):
    """Run the bundle in a process of its own, with nothing installed."""
    command = [sys.executable, *flags, str(path), *words]
    return subprocess.run(command, input=given, capture_output=True, check=False, **options)


def test_predict_by_name_in_any_order_the_rest_kept(run, tmp_path):
    (tmp_path / "rows.csv").write_text("c,id,b b,a\nx,7,1,0.5\nNA,8,1,2\n")
    code, out, err = run("predict", tmp_path / "rows.csv")
    head, first, second = out.splitlines()
    assert (code, err) == (0, "")
    assert head.startswith("c,id,b b,a,predicted,probability_low,probability_mid,probability_top,model_ver")
    assert first.startswith("x,7,1,0.5,")
    assert first.endswith(",toy_nogit_1")
    value, chances = made.toy().golden["answers"][0]
    cells = first.split(",")
    assert cells[4] == value
    assert [float(cell) for cell in cells[5:8]] == pytest.approx(list(chances), abs=1e-9)
    assert second.startswith("NA,8,1,2,")


def test_predict_json_lines_without_numpy(run, tmp_path):
    (tmp_path / "rows").write_text('{"a": 0.5, "b b": "1", "c": "x", "more": [1]}\n')
    code, out, _ = run("predict", tmp_path / "rows", "--numpy", "no")
    told = json.loads(out)
    assert (code, told["more"], told["model_version_id"]) == (0, [1], "toy_nogit_1")
    assert list(told["probabilities"]) == ["low", "mid", "top"]


def test_predict_the_predictions_only_into_a_file(run, tmp_path):
    (tmp_path / "rows.csv").write_text(made.csv_text(3))
    code, out, _ = run("predict", tmp_path / "rows.csv", "--only", "-o", tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert (code, out) == (0, "")
    assert [line.split(",")[0] for line in lines] == ["row", "1", "2", "3"]


def test_a_bad_row_is_refused_with_its_number_and_reason(run, tmp_path):
    (tmp_path / "rows.csv").write_text("a,b b,c\n1,1,x\n1,oops,x\n1,1\n")
    code, out, err = run("predict", tmp_path / "rows.csv", "-o", tmp_path / "out.csv")
    assert (code, out) == (5, "")
    assert err.startswith("error: column 'b b', row 2: 'oops' is not a number\n  fix: ")
    assert not (tmp_path / "out.csv").exists()


def test_or_set_aside(run, tmp_path):
    (tmp_path / "rows.csv").write_text("a,b b,c\n1,1,x\n1,oops,x\n1,1\n")
    code, out, err = run("predict", tmp_path / "rows.csv", "--bad-rows", tmp_path / "bad.jsonl")
    assert (code, len(out.splitlines())) == (0, 2)
    assert err.startswith("2 of 3 rows were set aside: ")
    assert [json.loads(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()] == [
        {
            "row": 2,
            "column": "b b",
            "reason": "'oops' is not a number",
            "input": {"a": "1", "b b": "oops", "c": "x"},
        },
        {"row": 3, "column": None, "reason": "it has 2 fields, and the header has 3", "input": ["1", "1"]},
    ]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("a,c\n1,x\n", 5, "lacks a column: 'b b'"),
        ("a,b b,c,predicted\n1,1,x,\n", 2, "a column 'predicted' already"),
        ("a,b b,c\n", 5, "no row below it"),
        ("", 5, "the input is empty"),
    ],
)
def test_tables_that_are_refused(run, tmp_path, text, code, said):
    (tmp_path / "rows.csv").write_text(text)
    found, _, err = run("predict", tmp_path / "rows.csv")
    assert (found, said in err) == (code, True)


def test_selftest(run, tmp_path):
    code, out, _ = run("selftest")
    assert code == 0
    assert out.startswith("toy_nogit_1: 4 rows are answered as when it was built; largest difference ")
    code, out, _ = run("selftest", "--json", "--numpy", "yes")
    assert (code, json.loads(out)["ok"], json.loads(out)["rows"]) == (0, True, 4)
    wrong = {**made.toy().golden, "answers": [None] * 4}
    (tmp_path / "other.json").write_text(json.dumps(wrong))
    code, out, err = run("selftest", "--against", tmp_path / "other.json")
    assert (code, out) == (1, "")
    assert "the self-test failed: 6 answers differ; row 1: is answered with" in err
    (tmp_path / "other.json").write_text('{"rows": 3}')
    assert run("selftest", "--against", tmp_path / "other.json")[0] == 6


def test_ties_are_counted(run, tmp_path):
    told = {**made.toy().golden, "rows": [made.toy().golden["rows"][0]]}
    (tmp_path / "tie.json").write_text(json.dumps({**told, "answers": [made.toy().golden["answers"][0]]}))
    assert "ties" not in run("selftest", "--against", tmp_path / "tie.json")[1]


def test_info(run):
    code, out, _ = run("info")
    assert code == 0
    assert "model    toy/kind\nversion  toy_nogit_1\n" in out
    assert "columns  a (number), b b (number), c (category)\n" in out
    assert "scores   accuracy_score 0.875\n" in out
    assert ", with changes\n" in out
    assert json.loads(run("info", "--json")[1])["tier"] == "portable"
    assert "mlctl_bundle/runtime/model.py\n" in run("info", "--entries")[1]
    assert json.loads(run("info", "schema.json")[1])["target"] == "kind"
    assert run("info", "../secret")[0] == 3


def test_info_says_why(run, tmp_path):
    path = made.write(tmp_path / "b.pyz", reason="a class of your own")
    assert "tier     portable: a class of your own\n" in run("info", path=path)[1]


def test_verify(run):
    code, out, _ = run("verify")
    assert code == 0
    assert out.endswith("entries are as the manifest says; not signed\n")


def test_usage(run, pyz):
    assert run("--help")[0] == 0
    assert run()[0] == 2
    assert run("info", "--help")[1].startswith("usage: python3 toy_nogit_1.pyz VERB")
    code, _, err = run("frobnicate")
    assert (code, err) == (
        2,
        "error: there is no verb 'frobnicate'\n  fix: one of: predict, serve, selftest, info, verify\n",
    )
    assert "--numpy is yes or no" in run("predict", "--numpy", "maybe")[2]


def test_what_the_system_refuses(run, tmp_path):
    code, _, err = run("predict", tmp_path / "none.csv")
    sys.stdout.close()
    assert (code, err) == (1, f"error: {tmp_path}/none.csv: no such file or directory\n")


def test_a_model_file_made_by_someone_else(run, tmp_path):
    entries = made.with_manifest(
        {**made.program(), MODEL: b"\x80\x04pickle", "schema.json": to_json(made.schema())}
    )
    (tmp_path / "b.pyz").write_bytes(to_file(entries))
    (tmp_path / "rows.csv").write_text(made.csv_text())
    code, _, err = run("predict", tmp_path / "rows.csv", path=tmp_path / "b.pyz")
    assert (code, err) == (6, "error: this is not a portable model file\n")


def test_no_numpy_where_it_is_asked_for(run, tmp_path, monkeypatch):
    (tmp_path / "rows.csv").write_text(made.csv_text())
    monkeypatch.setitem(sys.modules, "numpy", None)
    code, _, err = run("predict", tmp_path / "rows.csv", "--numpy", "yes")
    assert (code, "numpy was asked for" in err) == (1, True)


def test_interrupted(run, monkeypatch, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("mlctl.bundle.main.predict.read_table", stop)
    (tmp_path / "rows.csv").write_text(made.csv_text())
    assert run("predict", tmp_path / "rows.csv")[0] == 130


def test_alone_from_anywhere_with_nothing_installed(pyz, tmp_path):
    where = tmp_path / "read only"
    where.mkdir()
    path = where / "b.pyz"
    path.write_bytes(pyz.read_bytes())
    path.chmod(0o444)
    where.chmod(0o555)
    done = alone(path, "predict", given=made.csv_text().encode(), cwd="/", env={})
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 3
    assert [file.name for file in where.iterdir()] == ["b.pyz"]
    where.chmod(0o755)


def test_alone_as_a_folder(tmp_path):
    to_folder(made.entries(), tmp_path / "b")
    done = alone(tmp_path / "b", "selftest")
    assert (done.returncode, done.stderr) == (0, b"")


def test_alone_with_a_flipped_byte_or_cut_short(pyz, tmp_path):
    whole, path = pyz.read_bytes(), tmp_path / "b.pyz"
    for place in range(30, len(whole), len(whole) // 12):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        done = alone(path, "predict", given=made.csv_text().encode())
        assert done.returncode, place
        assert not done.stdout
        assert done.stderr
    path.write_bytes(whole[:-100])
    assert alone(path, "info").returncode


def test_alone_a_newer_format(tmp_path):
    done = alone(made.write(tmp_path / "b.pyz", format=7), "info")
    assert done.returncode == 6
    assert done.stderr.startswith(
        b"error: the bundle is of format 7, and this program reads formats up to 1\n"
    )


def test_alone_on_a_full_disk_and_without_a_reader(pyz):
    rows = made.csv_text(20_000).encode()
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-I", str(pyz), "predict"]
        done = subprocess.run(command, input=rows, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"no space left on device" in done.stderr
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        process.communicate(rows)
    assert process.returncode == 1


def test_a_reader_that_has_gone(pyz, monkeypatch, tmp_path):
    def gone(*_, **__):
        raise BrokenPipeError

    monkeypatch.setattr("mlctl.bundle.main.predict.read_table", gone)
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # put back at the end
    (tmp_path / "rows.csv").write_text(made.csv_text())
    assert main(opened(str(pyz)), ["predict", str(tmp_path / "rows.csv")]) == 1
    sys.stdout.close()


def test_serve(pyz, tmp_path):
    # As a module, for this process's coverage: the bundle has the same one.
    code = (
        "import sys; from mlctl.bundle.main.bundle import opened; "
        "from mlctl.bundle.main.command import main; "
        "sys.exit(main(opened(sys.argv[1]), sys.argv[2:]))"
    )
    command = [sys.executable, "-c", code, str(pyz), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert "self-test: 4 rows are answered" in process.stderr.readline()
        address = process.stderr.readline().split()[-1]
        body = json.dumps({"dataframe_records": [{"a": 1, "b b": 2, "c": "x"}]}).encode()
        request = urllib.request.Request(f"{address}/invocations", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as reply:
            assert json.load(reply)["predictions"]
        with urllib.request.urlopen(f"{address}/schema") as reply:
            assert json.load(reply)["columns"][0]["range"] == [-2.0, 2.0]
        port = address.rpartition(":")[2]
        taken = alone(pyz, "serve", "--port", port, flags=("-I",))
        assert (taken.returncode, b"name another one with --port" in taken.stderr) == (1, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_port_that_is_taken(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = run("serve", "--port", taken.getsockname()[1])
    assert (code, "name another one with --port" in err) == (1, True)


def test_what_fails_its_test_is_not_served(run, tmp_path):
    told = {**made.toy().golden, "answers": [None] * 4}
    inner = {name: data for name, data in made.entries().items() if name != "manifest.json"}
    (tmp_path / "b.pyz").write_bytes(to_file(made.with_manifest({**inner, GOLDEN: to_json(told)})))
    code, _, err = run("serve", "--port", "0", path=tmp_path / "b.pyz")
    assert (code, "it is not served, for the self-test failed: row 1" in err) == (1, True)
