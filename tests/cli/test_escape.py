import json

import pytest

from mlctl.cli import out
from mlctl.cli.escape import escaped, escaped_json
from mlctl.errors import MlctlError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 日本, é", "plain, 日本, é"),
        ("line\n\ttab", "line\n\ttab"),
        ("\x1b[2J\x07\r\x7f", r"\x1b[2J\x07\r\x7f"),
        ("\x9b31m\x85", r"\x9b31m\x85"),
        ("\u202egpj.exe\u2028", r"\u202egpj.exe\u2028"),
        ("a\udcff", r"a\udcff"),
        ("\u06cc\u200c\u062e 👩\u200d🔬", "\u06cc\u200c\u062e 👩\u200d🔬"),
    ],
)
def test_controls_are_spelled_out_and_letters_are_not(text, shown):
    assert escaped(text) == shown


def test_an_escaped_document_means_the_same():
    tree = {"a": "\x1b\x7f\x9b\u2028\u202e日"}
    text = escaped_json(json.dumps(tree, ensure_ascii=False))
    assert json.loads(text) == tree
    assert not [c for c in text if c in "\x7f\x9b\u2028\u202e"]


def test_no_sink_lets_a_control_through(capsys, monkeypatch):
    out.text("data \x1b[31m")
    out.say("talk \x1b[31m")
    out.warn("\x1b[31m")
    out.hint("\x1b[31m")
    out.error(MlctlError("\x1b[31m", "\x1b[32m", ("\x1b[33m",)), as_json=False)
    captured = capsys.readouterr()
    assert captured.out == "data \\x1b[31m\n"
    assert "\x1b" not in captured.err
    assert captured.err.count("\\x1b[3") == 6
    monkeypatch.setattr(out, "colour", lambda _: True)
    out.warn("\x1b[31m")
    assert capsys.readouterr().err == "\x1b[33mwarning: \x1b[0m\\x1b[31m\n"


def test_a_note_does_not_draw_on_the_terminal(mlctl, small_store, monkeypatch):
    name = small_store / "a\x1b[5m.yaml"
    ran = mlctl("train", "--params", name)
    assert ran.code == 3
    assert "a\\x1b[5m.yaml" in ran.err
    assert mlctl("experiment", "note", "1", "evil \x1b[2J").code == 0
    for terminal in (False, True):
        monkeypatch.setattr(out, "is_terminal", lambda _, terminal=terminal: terminal)
        ran = mlctl("show", "1")
        assert "evil \\x1b[2J" in ran.out
        assert "\x1b[2J" not in ran.out
    assert mlctl("show", "1", "--json").code == 0
