import json
import re
import shutil
import subprocess

import pytest

from mlctl.bundle.file import contents
from mlctl.errors import UsageError
from tests.bundle import made


def test_the_schema():
    told = made.schema()
    assert told["columns"][0] == {"name": "a", "kind": "number", "seen": {"range": [-2.0, 2.0]}}
    assert (told["missing"], told["csv_missing"], told["classes"]) == (
        [""],
        ["", "NA"],
        ["low", "mid", "top"],
    )
    date = contents.schema(
        [contents.Column("d", "date", 1, 0)], made.EXPERIMENT, "t", (), {"d": "%d.%m.%Y"}, {}, (), ()
    )
    assert date["columns"] == [{"name": "d", "kind": "date", "form": "%d.%m.%Y"}]


def test_the_manifest_says_where_it_comes_from():
    told = json.loads(
        contents.manifest(made.EXPERIMENT, made.DATASET, "portable", "why", {"b": b"2", "a": b"1"}, {})
    )
    assert told["git"] == {"commit": "3f9a1c" + "0" * 34, "dirty": True}
    assert told["data"] == {"dataset": "toy_nogit_1", "fingerprint": "f" * 64, "rows": 60}
    assert told["needs"]["packages"] == "none"
    assert list(told["entries"]) == ["a", "b"]
    assert told["entries"]["a"]["sha256"].startswith("6b86b273")


def test_notices_and_ways_to_run_it():
    assert "MIT License" in contents.notice(portable=True)
    assert "loading it runs code" in contents.notice(portable=False)
    plain, heavy = contents.dockerfile("b.pyz", portable=True), contents.dockerfile("b", portable=False)
    assert 'CMD ["serve", "--host", "0.0.0.0"]\n' in plain
    assert "COPY b.pyz /b.pyz\nUSER 65534:65534\n" in plain
    assert 'CMD ["serve", "--host", "0.0.0.0", "--trust"]\n' in heavy
    assert "RUN pip install --no-cache-dir -r /b/requirements.txt\n" in heavy
    unit = contents.unit("b.pyz", made.EXPERIMENT, portable=True)
    assert "Description=toy/kind toy_nogit_1\n" in unit
    assert "python3 -I /opt/mlctl/b.pyz serve --host 127.0.0.1 --port 8080\n" in unit
    assert "--port 8080 --trust\n" in contents.unit("b", made.EXPERIMENT, portable=False)


def test_ways_to_run_it_with_its_own_python():
    docker = contents.dockerfile("Iris_1", portable=True, carried=True)
    assert docker.startswith("# docker build -t iris-1 Iris_1 && docker run")
    assert "COPY . /opt/Iris_1\n" in docker
    assert 'ENTRYPOINT ["/opt/Iris_1/run"]\nCMD ["serve", "--host", "0.0.0.0"]\n' in docker
    unit = contents.unit("b", made.EXPERIMENT, portable=True, carried=True)
    assert "ExecStart=/opt/mlctl/b/run serve --host 127.0.0.1 --port 8080\n" in unit
    assert "MemoryDenyWriteExecute=yes\n\n[Install]" in unit
    assert "MemoryDenyWriteExecute" not in contents.unit("b", made.EXPERIMENT, portable=False)


@pytest.mark.parametrize("name", ["my bundle.pyz", "b$HOME.pyz", "b%n.pyz", "b\n.pyz", '"b".pyz', "ü.pyz"])
def test_a_name_that_would_mean_something_else_there(name):
    with pytest.raises(UsageError, match="cannot name the bundle"):
        contents.dockerfile(name, portable=True)
    with pytest.raises(UsageError, match="cannot name the bundle"):
        contents.unit(name, made.EXPERIMENT, portable=True)


INSTRUCTION = re.compile(
    r"(FROM [a-z:0-9-]+|COPY \S+ /\S+|RUN [^\n]+|USER \d+:\d+|EXPOSE \d+|(ENTRYPOINT|CMD) (?P<words>\[.*\]))"
)


@pytest.mark.parametrize("portable", [True, False])
@pytest.mark.parametrize("carried", [True, False])
def test_every_line_of_a_dockerfile_is_an_instruction(portable, carried):
    text = contents.dockerfile("iris_3f9a1c_12.pyz", portable=portable, carried=carried)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [INSTRUCTION.fullmatch(line) for line in lines]
    assert all(found), lines
    assert [line.split()[0] for line in lines if not line.startswith("RUN")] == [
        "FROM",
        "COPY",
        "USER",
        "EXPOSE",
        "ENTRYPOINT",
        "CMD",
    ]
    assert all(json.loads(match["words"]) for match in found if match["words"])


@pytest.mark.parametrize("portable", [True, False])
@pytest.mark.parametrize("carried", [True, False])
def test_systemd_takes_the_unit(portable, carried, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "run").write_text("#!/bin/sh\n")
    (tmp_path / "b" / "run").chmod(0o755)
    text = contents.unit("b", made.EXPERIMENT, portable=portable, carried=carried)
    (tmp_path / contents.UNIT).write_text(text.replace("/opt/mlctl", str(tmp_path)))
    done = subprocess.run(
        [analyze, "verify", str(tmp_path / contents.UNIT)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if contents.UNIT in line]) == (0, [])
