"""Retraining over years of hourly rentals, fed half-year by half-year through ``mlctl retrain --due``.

The first champion is trained on the first two years. Then, thirteen times, a half-year passes: its rentals
arrive, the champion's R² on them is written down beside that of the first champion, and a tick with the clock
at the end of the half-year decides whether to train and whether to promote. The file holds the last two
years, as a query of a growing table would.

A second stream shows the other side: the SEA concepts (Street & Kim, KDD 2001) without drift, a thousand rows
a month. Nothing is to be gained there, and hardly anything may be promoted.

Goals: mean R² of at least 0.70; at least 4 promotions in 13 rounds; at most 1 of 12 where nothing changes;
each promotion's lower bound above zero at its error rate.

::

    python -m benchmarks.bikeshare [--data bikeshare_hourly.csv.gz] [--rounds 13] [--json]
"""

import argparse
import csv
import gzip
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent
_SHARED = _ROOT.parent / "shared" / "data" / "bikeshare_hourly.csv.gz"
_FIRST = datetime(2012, 9, 20, tzinfo=UTC)
_YEARS_KEPT = 2
ROUNDS = 13
GOAL_R2 = 0.70
GOAL_PROMOTIONS = 4
GOAL_CALM = 1
CALM_ROUNDS = 12
_BATCH = 1000

PARAMETERS = """\
project: bikes
model: rentals
data: {path: rentals.csv, target: count, time: ts, drop: [date]}
metric: r2_score
ladder: [hist_gradient_boosting]
retrain:
  check_schedule: "0 0 20 3,9 *"
  start_date: "2012-09-20"
  new_data:
  degraded:
"""

CALM = """\
project: sea
model: concept
data: {path: rows.csv, target: label}
metric: accuracy_score
ladder: [logistic_regression]
retrain:
  check_schedule: "@monthly"
  start_date: "2026-01-01"
  new_data:
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One half-year, or one month.

    Attributes
    ----------
    now : str
        The time at its end.
    own, first : float or None
        R² of the champion in use, and of the first champion, on the rows that came.
    outcome : str
        That of the tick.
    """

    now: str
    rows: int
    own: float | None
    first: float | None
    triggers: list[str]
    outcome: str
    champion: str
    lower: float | None
    error_rate: float | None


def mlctl(folder: Path, *words: str) -> dict[str, Any]:
    """Run a command and return its JSON document."""
    done = subprocess.run(
        [sys.executable, "-m", "mlctl", *words, "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"mlctl {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return dict(json.loads(done.stdout))


def tick(folder: Path, now: datetime) -> dict[str, Any]:
    """Have the store looked at, with the clock at a time."""
    document = mlctl(folder, "retrain", "--due", "--now", now.isoformat())
    return dict(document["models"][0])


def begin(folder: Path, now: datetime) -> dict[str, Any]:
    """Train the first champion; the store keeps the parameters file."""
    document = mlctl(folder, "retrain", "--params", "params.yaml", "--now", now.isoformat())
    return dict(document["models"][0])


def bikeshare(data: Path, rounds: int, folder: Path) -> list[Round]:
    """Feed the rentals, half-year by half-year."""
    with gzip.open(data, "rt", encoding="utf-8", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    when = head.index("ts")
    _begin(folder, PARAMETERS)
    borders = [_border(number) for number in range(rounds + 1)]

    def between(start: datetime, end: datetime) -> list[list[str]]:
        return [row for row in rows if f"{start:%Y-%m-%d %H}" <= row[when] < f"{end:%Y-%m-%d %H}"]

    def feed(end: datetime) -> None:
        _write(folder / "rentals.csv", head, between(end.replace(year=end.year - _YEARS_KEPT), end))

    feed(borders[0])
    first = champion = begin(folder, borders[0])["champion"]
    done = []
    for start, end in pairwise(borders):
        came = between(start, end)
        _write(folder / "came.csv", head, came)
        own = _score(folder, champion)
        frozen = _score(folder, first) if champion != first else own
        feed(end)
        told = tick(folder, end)
        champion = told["champion"]
        done.append(_round(end, len(came), own, frozen, told))
        _say(done[-1])
    return done


def calm(rounds: int, folder: Path) -> list[Round]:
    """Feed the SEA concepts without drift, month by month."""
    draw = random.Random(0)
    _begin(folder, CALM)
    rows: list[list[str]] = []
    done = []
    for month in range(rounds + 1):
        rows += [_sea(draw) for _ in range(_BATCH)]
        _write(folder / "rows.csv", ["x1", "x2", "x3", "label"], rows)
        now = datetime(2026 + month // 12, month % 12 + 1, 1, 1, tzinfo=UTC)
        told = tick(folder, now) if month else begin(folder, now)
        if month:
            done.append(_round(now, _BATCH, None, None, told))
            _say(done[-1])
    return done


def _sea(draw: random.Random) -> list[str]:
    features = [draw.uniform(0, 10) for _ in range(3)]
    label = (features[0] + features[1] <= 8) != (draw.random() < 0.1)
    return [*(f"{value:.3f}" for value in features), "yes" if label else "no"]


def _border(number: int) -> datetime:
    months = _FIRST.month - 1 + 6 * number
    return _FIRST.replace(year=_FIRST.year + months // 12, month=months % 12 + 1)


def _begin(folder: Path, parameters: str) -> None:
    folder.mkdir()
    (folder / "params.yaml").write_text(parameters, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mlctl", "init"], cwd=folder, capture_output=True, check=True)


def _write(path: Path, head: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])


def _score(folder: Path, version: str) -> float:
    return float(mlctl(folder, "evaluate", version, "--data", "came.csv")["scores"]["r2_score"])


def _round(end: datetime, rows: int, own: float | None, first: float | None, told: dict[str, Any]) -> Round:
    gate = told.get("gate") or {}
    return Round(
        f"{end:%Y-%m-%d}",
        rows,
        own,
        first,
        [fired["trigger"] for fired in told["triggers"]],
        told["outcome"],
        told["champion"],
        gate.get("lower"),
        gate.get("error_rate"),
    )


def _say(one: Round) -> None:
    scores = "" if one.own is None else f"  R² {one.own:6.3f}  first champion {one.first:6.3f}"
    gate = "" if one.lower is None else f"  gain at least {one.lower:.4g} at error rate {one.error_rate:.3g}"
    triggers = ", ".join(one.triggers) or "none"
    print(
        f"{one.now}{scores}  {triggers:22} {one.outcome:9} {one.champion}{gate}", file=sys.stderr, flush=True
    )


def summary(rentals: list[Round], quiet: list[Round]) -> dict[str, Any]:
    """Return the numbers that the goals speak of."""
    return {
        "rounds": len(rentals),
        "promotions": _promotions(rentals),
        "mean_r2": sum(one.own or 0.0 for one in rentals) / len(rentals),
        "mean_r2_of_first": sum(one.first or 0.0 for one in rentals) / len(rentals),
        "calm_rounds": len(quiet),
        "calm_promotions": _promotions(quiet),
        "all_bounds_hold": all(
            (one.lower or 0.0) > 0 for one in (*rentals, *quiet) if one.outcome == "promoted"
        ),
    }


def holds(found: dict[str, Any]) -> bool:
    """Tell whether every goal is met; the number of promotions is one of all rounds."""
    enough = found["promotions"] >= GOAL_PROMOTIONS or found["rounds"] < ROUNDS
    better = found["mean_r2"] >= GOAL_R2
    return bool(enough and better and found["calm_promotions"] <= GOAL_CALM and found["all_bounds_hold"])


def _promotions(rounds: list[Round]) -> int:
    return sum(one.outcome == "promoted" for one in rounds)


def main() -> int:
    """Run both streams and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="retraining over the years")
    parser.add_argument("--data", type=Path, default=_SHARED, help="bikeshare_hourly.csv.gz")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not asked.data.is_file():
        parser.error(f"no file {asked.data}; name it with --data")
    with tempfile.TemporaryDirectory() as name:
        rentals = bikeshare(asked.data, asked.rounds, Path(name) / "rentals")
        quiet = calm(min(asked.rounds, CALM_ROUNDS), Path(name) / "calm")
    found = summary(rentals, quiet)
    if asked.json:
        rounds = {"rentals": [asdict(one) for one in rentals], "calm": [asdict(one) for one in quiet]}
        document = {"schema_version": 1, "benchmark": "bikeshare", "holds": holds(found), **found, **rounds}
        print(json.dumps(document, indent=2))
    else:
        print(
            f"{found['promotions']} of {found['rounds']} rounds promoted; mean R² {found['mean_r2']:.3f}, "
            f"the first champion's {found['mean_r2_of_first']:.3f}; where nothing changes "
            f"{found['calm_promotions']} of {found['calm_rounds']} rounds promoted"
        )
    return 0 if holds(found) else 1


if __name__ == "__main__":
    sys.exit(main())
