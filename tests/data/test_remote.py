import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import fsspec
import pytest

from mlctl.data.read import read
from mlctl.errors import DataError, MlctlError, NotFoundError, UsageError

from .fetched import fetch, is_nowhere, load, refused, tells_nothing

CSV = b"a,y\n1,2\n3,4\n"


class Shelf(BaseHTTPRequestHandler):
    """Some files, and some that are not there, not allowed, cut short, or never the same."""

    tags = count()

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, with_body):
        path = self.path.partition("?")[0]
        refusals = {"/gone.csv": 404, "/private.csv": 403, "/broken.csv": 500}
        body = gzip.compress(CSV) if path.endswith(".gz") else CSV * 200_000 if "large" in path else CSV
        self.send_response(refusals.get(path, 200))
        if path == "/changing.csv":
            self.send_header("ETag", str(next(self.tags)))
        self.send_header("Content-Length", str(len(body) + (1000 if path == "/short.csv" else 0)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def web():
    with ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def bucket():
    system = fsspec.filesystem("memory")
    for name in ("2026/01.csv", "2026/02.csv", "2025/12.csv", "2026/note.txt"):
        system.pipe(f"/bucket/sales/{name}", CSV)
    yield "memory://bucket/sales"
    system.rm("/bucket", recursive=True)


def frame_of(source):
    return read(source.members, load(path="x").parameters.data).frame


def names(source):
    return [name for name, _ in source.members]


def test_a_file_on_the_web(web, tmp_path):
    source = fetch(tmp_path, path=f"{web}/data/a.csv?v=1")
    assert source.kind == "remote"
    assert names(source) == ["a.csv"]
    assert frame_of(source).to_dict("list") == {"a": [1, 3], "y": [2, 4]}
    assert source.described == {"path": f"{web}/data/a.csv?v=1"}


def test_several_files_on_the_web(web, tmp_path):
    source = fetch(tmp_path, path=[f"{web}/y/b.csv.gz", f"{web}/x/large.csv", f"{web}/y/b.csv.gz"])
    assert names(source) == ["x/large.csv", "y/b.csv.gz"]
    assert [path.stat().st_size for _, path in source.members] == [
        len(CSV) * 200_000,
        len(gzip.compress(CSV)),
    ]


def test_a_pattern_in_an_object_store(bucket, tmp_path):
    source = fetch(tmp_path, path=f"{bucket}/**/*.csv")
    assert names(source) == ["2025/12.csv", "2026/01.csv", "2026/02.csv"]
    assert len(frame_of(source)) == 6
    assert names(fetch(tmp_path, path=f"{bucket}/2026/01.csv")) == ["01.csv"]
    fsspec.filesystem("memory").rm("/bucket/sales/2025/12.csv")
    assert names(fetch(tmp_path, path=f"{bucket}/20*/*.csv")) == ["01.csv", "02.csv"]


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("gone.csv", NotFoundError, "there is no such file"),
        ("private.csv", MlctlError, "access is refused"),
        ("broken.csv", MlctlError, "cannot be fetched: HTTP 500 Internal Server Error"),
        ("short.csv", MlctlError, "cannot be fetched: Response payload is not completed"),
        ("changing.csv", DataError, "changed while it was fetched"),
    ],
)
def test_what_the_web_does_not_give(web, tmp_path, name, kind, said):
    error = refused(tmp_path, kind, {"T": "hush-hush"}, path=f"{web}/{name}?token=${{T}}")
    assert error.message.startswith(f"data.path: {web}/{name}?token=${{T}}")
    assert said in error.message
    tells_nothing(error)
    assert "hush-hush" not in error.message


def test_nobody_answers(tmp_path):
    error = refused(tmp_path, MlctlError, {"W": "http://reader:hush-hush@127.0.0.1:1"}, path="${W}/a.csv")
    assert error.message.startswith("data.path: ${W}/a.csv: cannot be fetched: ")
    assert "hush-hush" not in error.message


def test_what_a_store_does_not_have(bucket, tmp_path):
    error = refused(tmp_path, NotFoundError, path=f"{bucket}/2027/*.csv")
    assert error.message == f"data.path: no file matches {bucket}/2027/*.csv"
    error = refused(tmp_path, NotFoundError, path=f"{bucket}/2027/01.csv")
    assert error.message == f"data.path: {bucket}/2027/01.csv: there is no such file"
    error = refused(tmp_path, NotFoundError, path=f"{bucket}/2026")
    assert error.message == f"data.path: {bucket}/2026 is a directory, not a file"


def test_a_file_that_arrives_cut_short(bucket, tmp_path, monkeypatch):
    system = fsspec.filesystem("memory")
    info = type(system).info
    monkeypatch.setattr(type(system), "info", lambda self, path: {**info(self, path), "size": 1000})
    error = refused(tmp_path, DataError, path=f"{bucket}/2026/01.csv")
    assert error.message == f"data.path: {bucket}/2026/01.csv: 12 of 1,000 bytes arrived"


def test_an_address_of_no_known_kind(tmp_path):
    error = refused(tmp_path, UsageError, path="nosuch://bucket/a.csv")
    assert error.message == "data.path: nosuch://bucket/a.csv: fsspec knows no such kind of address"


@pytest.mark.parametrize(
    ("protocol", "library", "hint"),
    [
        ("s3", "s3fs", "pip install 'mlctl[s3]'"),
        ("gs", "gcsfs", "pip install 'mlctl[gcs]'"),
        ("abfs", "adlfs", "install what fsspec needs for abfs://"),
    ],
)
def test_a_library_for_a_store_is_not_installed(tmp_path, monkeypatch, protocol, library, hint):
    monkeypatch.setitem(sys.modules, library, None)
    error = refused(tmp_path, MlctlError, path=f"{protocol}://bucket/a.csv")
    assert error.message == f"data.path: {protocol}://bucket/a.csv needs a library that is not installed"
    assert error.hint == hint


@pytest.mark.parametrize("library", ["fsspec", "aiohttp"])
def test_the_extra_is_not_installed(tmp_path, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    error = refused(tmp_path, MlctlError, path="https://127.0.0.1:1/a.csv")
    assert error.hint == "pip install 'mlctl[remote]'"


def test_files_and_addresses_do_not_mix(tmp_path):
    error = refused(tmp_path, UsageError, path=["a.csv", "https://host/b.csv"])
    assert error.message == "data.path: holds both files and addresses"


def test_what_is_secret_in_an_address_reaches_no_file(web, tmp_path, capfd):
    source = fetch(tmp_path, {"T": "hush-hush"}, path=[f"{web}/a.csv?token=${{T}}"])
    assert source.described == {"path": [f"{web}/a.csv?token=${{T}}"]}
    assert is_nowhere(tmp_path, "hush-hush")
    assert "hush-hush" not in repr(source) + "".join(capfd.readouterr())
