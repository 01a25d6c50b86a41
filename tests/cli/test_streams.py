import errno
import io
import os
import sys

import pytest

from mlctl.cli import out, streams
from mlctl.errors import MlctlError, ReaderGoneError


class Refusing(io.RawIOBase):
    """A file that takes nothing, for as long as it has a reason."""

    def __init__(self, code):
        self.code = code

    def writable(self):
        return True

    def write(self, data):
        if self.code:
            raise OSError(self.code, os.strerror(self.code))
        return len(data)

    def fileno(self):
        return self.target


@pytest.fixture
def refusing():
    """Make a stream on such a file; what it still holds is taken at the end."""
    files = []

    def make(kind, code, **more):
        files.append(Refusing(code))
        return kind(io.BufferedWriter(files[-1]), encoding="utf-8", **more)

    yield make
    for file in files:
        file.code = 0


@pytest.mark.parametrize(
    ("code", "kind", "exit_code"),
    [(errno.ENOSPC, MlctlError, 1), (errno.EPIPE, ReaderGoneError, 141)],
)
def test_data_that_cannot_be_written_is_an_error_in_words(refusing, code, kind, exit_code):
    with pytest.raises(kind) as raised:
        refusing(streams.Data, code, line_buffering=True).write("x\n")
    assert raised.value.exit_code == exit_code


def test_what_was_held_back_is_refused_too(refusing):
    stream = refusing(streams.Data, errno.EIO)
    stream.write("x")
    with pytest.raises(MlctlError, match="cannot write to stdout: input/output error"):
        stream.flush()


def test_talk_that_cannot_be_written_is_lost(refusing):
    stream = refusing(streams.Talk, errno.EIO, line_buffering=True)
    assert stream.write("five\n") == 5
    stream.flush()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Streams on files of the test's own."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    return tmp_path


def test_a_stream_keeps_its_encoding_and_escapes_the_rest(own):
    before = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", write_through=True)
    with (own / "f").open("wb") as file:
        stream = streams._opened(streams.Talk, file.fileno(), before)
        stream.write("é日\n")
        # What PYTHONUNBUFFERED asks for: data and talk come in the order in which they were written.
        assert (own / "f").read_bytes() == "é\\u65e5\n".encode("latin-1")
        stream.close()
    assert (own / "f").read_bytes() == "é\\u65e5\n".encode("latin-1")


def test_one_that_was_closed_speaks_utf_8(own):
    with (own / "f").open("wb") as file:
        stream = streams._opened(streams.Data, file.fileno(), None)
        stream.write("日")
        stream.close()
    assert (own / "f").read_text("utf-8") == "日"


class Half(io.StringIO):
    encoding = "ascii"


def test_json_is_escaped_where_the_stream_cannot_carry_it(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Half())
    out.document({"name": "日本 \U0001f600 é"})
    written = sys.stdout.getvalue()
    assert "\\u65e5\\u672c \\ud83d\\ude00 \\u00e9" in written


def test_json_escapes_a_half_of_a_character_and_c1(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    out.document({"file": "a\udcff", "c1": "\x9b31m", "name": "日"})
    assert '"a\\udcff"' in sys.stdout.getvalue()
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    out.document({"c1": "\x9b31m", "name": "日"})
    assert '"\\u009b31m"' in sys.stdout.getvalue()
    assert "日" in sys.stdout.getvalue()


def test_a_failure_that_cannot_be_written_as_json_is_said(monkeypatch, own, capsys, refusing):
    with (own / "f").open("wb") as file:
        stream = refusing(streams.Data, errno.ENOSPC)
        stream.buffer.raw.target = file.fileno()
        monkeypatch.setattr(sys, "stdout", stream)
        assert out.failed(MlctlError("x"), as_json=True) == 1
    assert "error: cannot write to stdout: no space left on device" in capsys.readouterr().err
