import json

from mlctl.bundle.file import contents
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
