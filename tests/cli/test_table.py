import csv
import io

import pytest

from mlctl.cli import table
from mlctl.cli.table import Column, Table

COLUMNS = (
    Column("name", "name", keep=True),
    Column("score", "score ↑", "score", keep=True, spread="std"),
    Column("fit_s", "fit", "seconds"),
    Column("note", "a long note"),
)
ROWS = (
    {"name": "iris_1", "score": 0.95123456, "std": 0.0123, "fit_s": 0.5, "note": "x" * 30},
    {"name": "홍길동", "score": None, "std": None, "fit_s": None, "note": "a|b<c>"},
)
TABLE = Table(COLUMNS, ROWS, "more: --all")


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr("mlctl.cli.out.is_terminal", lambda stream: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "50")


def test_in_a_pipe_nothing_is_cut_and_digits_are_whole(capsys):
    assert table.show(TABLE) == ()
    out = capsys.readouterr().out
    assert "0.95123456" in out
    assert "0.0123" in out
    assert "x" * 30 in out
    assert "\x1b" not in out
    assert out.splitlines()[0].split() == ["name", "score", "std", "fit_s", "note"]


def test_wide_characters_take_two_cells():
    assert table.cells("홍길동") == 6
    assert table.cells("e\u0301") == 1


def test_plain_columns_stand_under_one_another(capsys):
    table.show(TABLE)
    lines = capsys.readouterr().out.splitlines()
    start = lines[0].index("note")
    assert lines[1][start:] == "x" * 30
    assert lines[2].endswith("a|b<c>")
    assert table.cells(lines[2][: lines[2].index("a|b")]) == start


def test_on_a_narrow_terminal_what_is_hidden_is_named(capsys, terminal):
    assert table.show(TABLE) == ("a long note",)
    out, err = capsys.readouterr()
    assert "0.9512 ± 0.012" in out
    assert "500 ms" in out
    assert "xxx" not in out
    assert "1 column hidden (50 wide): a long note — more: --all" in err


def test_on_a_wide_terminal_nothing_is_hidden(capsys, terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert table.show(TABLE) == ()
    out, err = capsys.readouterr()
    assert "x" * 30 in out
    assert "hidden" not in err


def test_csv_holds_every_column(capsys):
    table.show(TABLE, "csv")
    read = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert read[0] == {
        "name": "iris_1",
        "score": "0.95123456",
        "std": "0.0123",
        "fit_s": "0.5",
        "note": "x" * 30,
    }
    assert read[1]["score"] == ""


def test_markdown_escapes_its_bars(capsys):
    table.show(TABLE, "md")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| name | score ↑ | fit | a long note |"
    assert lines[2].startswith("| iris_1 | 0.9512 ± 0.012 | 500 ms |")
    assert lines[3].endswith("| a\\|b<c> |")


def test_html_escapes_its_brackets(capsys):
    table.show(TABLE, "html")
    assert "<td>a|b&lt;c&gt;</td>" in capsys.readouterr().out


def test_an_empty_table_has_its_heading(capsys):
    table.show(Table(COLUMNS, ()))
    assert capsys.readouterr().out.startswith("name")
