"""How often the promotion gate errs, and what it finds, in worlds in which the truth is known.

Goals: of challengers that are truly a point worse at most 1 % are promoted at 300, 1,000 and 5,000 rows,
where "the higher score wins" on different test splits promotes up to a third; with no true difference each
method promotes no more often than its stated error rate, down to that of a daily schedule; a true gain is
found as often as ``power`` says, to within 5 in a hundred. Each within what chance leaves open: a gate that
errs exactly as often as it states misses any goal in at most one run of 20, all cells together. The limits
are the binomial distribution's own, as a normal one is too tight where errors are rare. One world is beyond
any method at such sizes, and has no goal: 3 rows in a hundred carry most of the error.

::

    python -m benchmarks.gate [--rounds 2000] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import binom, binomtest

from benchmarks import gate_worlds as worlds
from mlctl.domain.gate import Facts, Rules, Score, judge
from mlctl.domain.metrics import METRICS
from mlctl.domain.spending import by_hand, scheduled
from mlctl.stats.paired import Gain, gain, power, smallest_gain

SIZES = (300, 1_000, 5_000)
WORSE = 0.01
"""Most of the truly worse challengers that may be promoted."""

RATES = {"by hand": by_hand(1), "weekly": scheduled(365.25 / 7), "daily": scheduled(365.25)}
FALSE_ALARM = 0.05
"""Chance that a gate as good as its word misses any goal at all."""

OFF = 0.05
"""Most by which the stated power may be off."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """Share of rounds in which a challenger is promoted, by rule."""

    truth: str
    rows: int
    rounds: int
    other_split: float
    same_rows: float
    gate: float
    met: bool


@dataclass(frozen=True, slots=True)
class Null:
    """Share of bounds above a true difference of zero."""

    metric: str
    world: str
    rows: int
    method: str
    stated: float
    found: float
    bounds: int
    met: bool


@dataclass(frozen=True, slots=True)
class Power:
    """How often a true gain is found."""

    metric: str
    rows: int
    true_gain: float
    stated: float
    found: float
    rounds: int
    met: bool


def splits(rounds: int) -> Iterator[Promoted]:
    """Compare the rules on two classifiers of about 85 % accuracy that differ in 8 % of rows."""
    for truth, lead in (("a point worse", -0.01), ("equal", 0.0), ("2 points better", 0.02)):
        for rows in SIZES:
            yield _promoted(truth, lead, rows, rounds)


def _promoted(truth: str, lead: float, rows: int, rounds: int) -> Promoted:
    rng, draw, counts = np.random.default_rng(rows), worlds.accurate(lead), np.zeros(3)
    for _ in range(rounds):
        found = _gain("accuracy_score", draw(rng, rows), RATES["by hand"])
        y, before, _other = draw(rng, rows)
        elsewhere = float(np.mean(y == before.predicted))
        y, _one, after = draw(rng, rows)
        counts += (float(np.mean(y == after.predicted)) > elsewhere, found.estimate > 0, _judged(found))
    other_split, same_rows, gate = (float(share) for share in counts / rounds)
    limits = {"a point worse": _most(WORSE, rounds), "equal": _most(RATES["by hand"], rounds)}
    most = limits.get(truth, 1.0)
    return Promoted(truth, rows, rounds, other_split, same_rows, gate, gate <= most)


def _judged(found: Gain) -> bool:
    """Ask the whole gate."""
    score = Score(0.85, 0.85, 0.85)
    facts = Facts(
        metric="accuracy_score",
        rows=found.rows,
        champion=score,
        challenger=score,
        gain=found.estimate,
        lower=found.lower,
        upper=found.upper,
        standard_error=found.standard_error,
        error_rate=found.error_rate,
        method=found.method,
        chance_gain=0.02,
        chance=power(found, 0.02),
        smallest_gain=smallest_gain(found),
    )
    return judge(facts, Rules()).ok


def _gain(metric: str, rows: worlds.Rows, rate: float, blocks: np.ndarray | None = None) -> Gain:
    truth, champion, challenger = rows
    classes = worlds.CLASSES if METRICS[metric].task == "classification" else ()
    return gain(METRICS[metric], truth, champion, challenger, classes=classes, error_rate=rate, blocks=blocks)


def _level() -> float:
    """Return the chance of a false alarm that each cell with a goal may have (Bonferroni)."""
    sizes, rates = len(SIZES), len(RATES)
    cells = 2 * sizes + (len(NULLS) * len(SIZES[:2]) + len(DAYS)) * rates + 2 * len(GAINS) * len(SIZES[:2])
    return FALSE_ALARM / cells


def _most(rate: float, trials: int) -> float:
    """Return the largest share of wrong bounds that chance makes of a rate."""
    return float(binom.isf(_level(), trials, rate)) / trials


def _either_side(found: int, trials: int) -> tuple[float, float]:
    """Return the shares that a count leaves open (Clopper and Pearson 1934)."""
    limits = binomtest(found, trials).proportion_ci(1 - 2 * _level(), method="exact")
    return float(limits.low), float(limits.high)


DAYS = (20, 60)

BEYOND = "3 % of rows carry it"

DRAWN = ("balanced_accuracy_score", "f1_score", "matthews_corrcoef", "precision_score")
"""Slow to draw at small error rates: a tenth of the rounds."""

NULLS: tuple[tuple[str, str, worlds.World], ...] = (
    ("accuracy_score", "alike", worlds.accurate(0.0)),
    *((name, "alike", worlds.ranked()) for name in ("recall_score", *DRAWN)),
    ("roc_auc", "alike", worlds.ranked()),
    ("roc_auc", "skewed", worlds.ranked(spread=2.0)),
    ("average_precision_score", "alike", worlds.ranked()),
    ("brier_score_loss", "alike", worlds.ranked()),
    ("log_loss", "alike", worlds.ranked()),
    ("log_loss", "skewed", worlds.sure()),
    ("mean_squared_error", "skewed", worlds.missed()),
    ("root_mean_squared_error", "skewed", worlds.missed()),
    ("r2_score", "skewed", worlds.missed()),
    ("mean_absolute_error", "skewed", worlds.missed(power=1)),
    ("mean_squared_error", BEYOND, worlds.missed(few=0.03)),
    *(
        (name, "heavy-tailed", worlds.missed(heavy=True))
        for name in ("mean_squared_error", "r2_score", "explained_variance_score", "median_absolute_error")
    ),
)


def nulls(rounds: int) -> Iterator[Null]:
    """Count the bounds that promise a gain where there is none."""
    for metric, world, draw in NULLS:
        for rows in SIZES[:2]:
            for rate in RATES.values():
                few = rounds // 10 if metric in DRAWN else rounds
                yield _null(metric, world, draw, rows, rate, few)
    for days in DAYS:
        for rate in RATES.values():
            label = f"{days} days that differ"
            yield _null("mean_absolute_error", label, worlds.daily(days), 24 * days, rate, rounds // 4, days)


def _null(
    metric: str, world: str, draw: worlds.World, rows: int, rate: float, rounds: int, days: int = 0
) -> Null:
    rng, blocks = np.random.default_rng(rows), np.arange(rows) * days // rows if days else None
    found = [_gain(metric, draw(rng, rows), rate, blocks) for _ in range(rounds)]
    wrong, bounds = sum(one.lower > 0 for one in found), rounds
    if world not in ("skewed", BEYOND):  # neither model is the better one: both bounds are tried
        wrong, bounds = wrong + sum(one.upper < 0 for one in found), 2 * rounds
    share = wrong / bounds
    met = world == BEYOND or share <= _most(rate, bounds)
    return Null(metric, world, rows, found[0].method, rate, share, bounds, met)


GAINS: tuple[tuple[str, worlds.World, float], ...] = (
    ("accuracy_score", worlds.accurate(0.02), 0.02),
    ("roc_auc", worlds.ranked(lead=0.3), 0.0),
    ("f1_score", worlds.ranked(lead=0.3), 0.0),
    ("log_loss", worlds.ranked(lead=0.3), 0.0),
    ("mean_squared_error", worlds.missed(gain=0.15), 0.15),
)


def powers(rounds: int) -> Iterator[Power]:
    """Compare how often a true gain is found with how often the gate says it would be."""
    for metric, draw, known in GAINS:
        true_gain = known or _gain(metric, draw(np.random.default_rng(0), 1_000_000), 0.05).estimate
        for rows in SIZES[:2]:
            rng = np.random.default_rng(rows)
            found = [_gain(metric, draw(rng, rows), RATES["by hand"]) for _ in range(rounds)]
            stated = float(np.mean([power(one, true_gain) for one in found]))
            wins = sum(one.lower > 0 for one in found)
            low, high = _either_side(wins, rounds)
            met = low - OFF <= stated <= high + OFF
            yield Power(metric, rows, true_gain, stated, wins / rounds, rounds, met)


def main() -> int:
    """Measure, print, and return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2_000, help="simulated rounds a question")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = {
        "promoted": list(splits(asked.rounds)),
        "null": list(nulls(asked.rounds)),
        "power": list(powers(max(1, asked.rounds // 4))),
    }
    holds = all(one.met for part in found.values() for one in part)
    if asked.json:
        told = {name: [asdict(one) for one in part] for name, part in found.items()}
        print(json.dumps({"schema_version": 1, "benchmark": "gate", "holds": holds, **told}, indent=2))
    else:
        _show(found["promoted"], found["null"], found["power"])
    return 0 if holds else 1


def _show(promoted: list[Promoted], found: list[Null], finds: list[Power]) -> None:
    print("share of rounds in which the challenger is promoted: higher score wins, or the gate (at 0.05)")
    print(f"{'truth':16} {'rows':>6} {'other split':>12} {'same rows':>10} {'gate':>7}")
    for one in promoted:
        shares = f"{one.other_split:12.3f} {one.same_rows:10.3f} {one.gate:7.3f}"
        print(f"{one.truth:16} {one.rows:6,} {shares}{_miss(one.met)}")
    print("\nshare of lower bounds above a true difference of zero")
    print(f"{'metric':26} {'world':20} {'rows':>6} {'stated':>8} {'found':>8} {'bounds':>7}")
    for row in found:
        rates = f"{row.stated:8.4f} {row.found:8.4f} {row.bounds:7,}"
        print(f"{row.metric:26} {row.world:20} {row.rows:6,} {rates}{_miss(row.met)}")
    print("\nshare of rounds in which a true gain is found, and what the gate says of it (at 0.05)")
    print(f"{'metric':26} {'rows':>6} {'true gain':>10} {'stated':>7} {'found':>7}")
    for find in finds:
        shares = f"{find.true_gain:10.4f} {find.stated:7.3f} {find.found:7.3f}"
        print(f"{find.metric:26} {find.rows:6,} {shares}{_miss(find.met)}")


def _miss(met: bool) -> str:
    return "" if met else "   goal missed"


if __name__ == "__main__":
    sys.exit(main())
