import pytest

from mlctl.actions import run_command_output
from mlctl.actions.run_command_output import OutputLog
from mlctl.errors import MlctlError


class Opened:
    def __init__(self, full=False):
        self.lines = []
        self.full = full

    def log(self, text):
        if self.full:
            raise MlctlError("cannot write log.txt: no space left on device")
        self.lines.append(text)


def test_lines_are_whole_and_the_rest_comes_at_the_end():
    opened = Opened()
    held = OutputLog(opened)
    for piece in (b"a", b"b\nc", b"\xc3", b"\xa9\n\nd"):
        held.add(piece)
    assert opened.lines == ["ab", "cé\n"]
    held.flush()
    held.flush()
    assert opened.lines == ["ab", "cé\n", "d"]
    assert held.trouble == ""


def test_a_line_without_end_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(run_command_output, "LONGEST", 4)
    opened = Opened()
    held = OutputLog(opened)
    for _ in range(3):
        held.add(b"xxx")
    assert opened.lines == ["xxxxxx"]


def test_a_command_that_never_ends_does_not_fill_the_disk():
    opened = Opened()
    held = OutputLog(opened, 6)
    for _ in range(5):
        held.add(b"y\ny\n")
    assert opened.lines[0] == "y\ny"
    assert len(opened.lines) == 2
    assert "longer than what is kept" in held.trouble


@pytest.mark.parametrize("rest", [b"more\n", b"more"])
def test_a_full_disk_ends_the_log_alone(rest):
    held = OutputLog(Opened(full=True))
    held.add(b"a\n")
    held.add(rest)
    held.flush()
    assert held.trouble == "not all of the output was kept: cannot write log.txt: no space left on device"
