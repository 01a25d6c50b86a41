import math

import pytest

from mlctl.errors import DamagedError
from mlctl.store.points import HEADER, Point, PointsFile, last_values, points_text, read_points

WHEN = "2026-01-09T12:00:00.000000Z"
POINTS = (
    Point("rmse", 0, WHEN, 1.5),
    Point('a "b", c', 3, WHEN, -math.inf),
    Point("two\nlines", -1, WHEN, math.nan),
    Point("rmse", 1, WHEN, 0.1 + 0.2),
)


def test_points_come_back_bit_for_bit(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text(points_text(POINTS))
    assert path.read_text().startswith("metric,step,time,value\nrmse,0,2026-01-09T12:00:00.000000Z,1.5\n")
    assert read_points(path) == POINTS


def test_a_file_that_grows_has_one_header(tmp_path):
    path = tmp_path / "metrics.csv"
    for point in POINTS:
        grown = PointsFile(path)
        grown.append([])
        grown.append([point])
        grown.close()
    assert path.read_text() == points_text(POINTS)
    PointsFile(tmp_path / "none").close()
    assert not (tmp_path / "none").exists()


def test_a_torn_last_line_is_ignored(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text(points_text(POINTS[:1]) + "rmse,1,2026-01-09T12:0")
    assert read_points(path) == POINTS[:1]


@pytest.mark.parametrize("line", [b"rmse,1\n", b"rmse,x,t,1.0\n", b"rmse,1,t,high\n", b'"a\n', b"\xff\n"])
def test_any_other_line_is_damage_and_named(tmp_path, line):
    path = tmp_path / "metrics.csv"
    path.write_bytes(f"{HEADER}\n".encode() + line)
    with pytest.raises(DamagedError, match=r"no point of a metric|no UTF-8"):
        read_points(path)


def test_no_file_is_no_points(tmp_path):
    assert read_points(tmp_path / "metrics.csv") == ()


def test_points_are_values():
    assert len({POINTS[2], Point("two\nlines", -1, WHEN, math.nan)}) == 1
    assert POINTS[0] != "rmse"
    assert last_values(POINTS[:2] + POINTS[3:]) == {"rmse": 0.1 + 0.2, 'a "b", c': -math.inf}
