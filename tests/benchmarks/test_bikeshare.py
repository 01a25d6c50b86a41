"""The benchmark of retraining, on two and a half years of made-up rentals."""

import csv
import gzip
from datetime import datetime, timedelta

from benchmarks.bikeshare import Round, bikeshare, holds, summary


def test_one_half_year(tmp_path):
    start = datetime(2010, 9, 20, 12)
    data = tmp_path / "rentals.csv.gz"
    with gzip.open(data, "wt", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["date", "ts", "count", "tmin", "tmax", "pn"])
        for number in range(int(2.5 * 365.25 * 2)):
            when = start + timedelta(hours=12 * number)
            warmth = (when.date().toordinal() * 7919) % 31  # which no forecast knows
            count = 100 + 10 * warmth + number % 7
            writer.writerow([when.date(), when, count, warmth, warmth + 10, 0])
    (one,) = bikeshare(data, 1, tmp_path / "store")
    assert (one.now, one.triggers[0]) == ("2013-03-20", "new_data")
    assert one.rows == 362
    assert one.own == one.first
    assert one.own > 0.9
    assert one.outcome in ("promoted", "kept", "undecided")


def made(outcome, own=0.8, lower=0.01):
    return Round("2013", 1, own, 0.1, ["new_data"], outcome, "v", lower, 0.05)


def test_the_goals():
    rentals = [made("promoted")] * 4 + [made("kept", lower=-1.0)] * 9
    calm = [made("promoted")] + [made("kept", lower=-1.0)] * 11
    found = summary(rentals, calm)
    assert (found["promotions"], found["rounds"], found["calm_promotions"]) == (4, 13, 1)
    assert round(found["mean_r2"], 6) == 0.8
    assert holds(found)
    assert not holds(summary(rentals[1:] + rentals[-1:], calm))
    assert not holds(summary(rentals, [*calm, made("promoted")]))
    assert not holds(summary([made("promoted", lower=-0.1)] * 13, calm))
    assert not holds(summary([made("promoted", own=0.6)] * 13, calm))
