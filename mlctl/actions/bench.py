"""``mlctl bench``: measure a model as a system, hold it against limits, keep what was found."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import mlctl.bundle
from mlctl.actions import offer as offers
from mlctl.actions.bench_page import page
from mlctl.actions.make_offer import make
from mlctl.actions.serve import bundle_command
from mlctl.bundle.bench.limits import Measured, judge
from mlctl.bundle.bench.report import Report
from mlctl.bundle.bench.rows import rows_of
from mlctl.bundle.bench.run import Plan, bench
from mlctl.bundle.bench.target import Target
from mlctl.bundle.main.bundle import opened
from mlctl.domain.records import Experiment
from mlctl.errors import DataError, RefusedError
from mlctl.params.model import Parameters
from mlctl.store.store import Store

REPORT, PAGE = "bench", "bench_page"
"""Names of what is kept, in ``artifact_file_paths``."""

# What a bundle does with one row: the runtime alone, found by its folder, without site-packages.
_ONCE = (
    "import json, sys; sys.path.insert(0, sys.argv[1]); from runtime import load; "
    "answer = load(open(sys.argv[2], 'rb').read(), missing=json.loads(sys.argv[3]))"
    ".predict_row(json.loads(sys.stdin.readline())); print(answer.value, answer.probabilities)"
)


@dataclass(frozen=True, slots=True)
class Benched:
    """What was measured, and how it stands.

    Attributes
    ----------
    report : Report
        The figures.
    measured : tuple of Measured
        The limits that were given.
    reasons : tuple of str
        What broke a limit, or was not borne; empty where all is well.
    """

    report: Report
    measured: tuple[Measured, ...]
    reasons: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was broken."""
        return not self.reasons

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document."""
        return {
            **self.report.to_dict(),
            "limits": [asdict(one) for one in self.measured],
            "ok": self.ok,
            "reasons": list(self.reasons),
        }


def target_of(store: Store, experiment: Experiment, directory: Path, *, trust: bool = False) -> Target:
    """Lay out an experiment's model in a directory, and return how it is served and measured.

    Raises
    ------
    DataError
        When it has no held-out rows to ask about.
    NotFoundError, DamagedError, RefusedError
        As :func:`mlctl.actions.make_offer.make` raises them.
    """
    offer = make(store, experiment, directory, trust=trust)
    rows = tuple(offers.rows(directory))
    if not rows:
        raise DataError(f"{offer.version} has no held-out rows to ask about", "train it with a test share")
    command = offers.command(directory, store.root, trust=trust)
    once = (*command, "--once")
    if offer.tier == "portable":
        folder, model = Path(mlctl.bundle.__file__).parent, directory / offers.MODEL
        once = (sys.executable, "-I", "-S", "-c", _ONCE, str(folder), str(model), json.dumps(offer.missing))
    return Target(
        offer.model, offer.version, offer.tier, command, once, (*command, "--probe"), (), rows, offer.size
    )


def target_of_bundle(word: str, *, trust: bool = False) -> Target:
    """Return how a bundle is served and measured.

    Parameters
    ----------
    word : str
        Its file or folder.
    trust : bool, default=False
        Also load a model that runs code.

    Raises
    ------
    NotFoundError, DamagedError, RefusedError
        When there is none, it is damaged, or it needs trust.
    """
    command = bundle_command(word)
    bundle = opened(word)
    rows = tuple(rows_of(bundle))
    manifest = bundle.manifest
    if manifest["tier"] == "sklearn" and not trust:
        raise RefusedError(
            "loading this model runs code of the bundle's author: it is of the tier sklearn",
            "if you trust where it comes from, say so with --trust",
        )
    more = ("--trust",) if trust else ()
    probe = (sys.executable, "-m", "mlctl.bundle.bench.rows", word, str(int(trust)))
    path = Path(word)
    return Target(
        manifest["model"],
        manifest["version"],
        manifest["tier"],
        (*command, "serve", *more),
        (*command, "predict", "--only", *more),
        probe,
        (*command, "selftest", *more),
        rows,
        path.stat().st_size if path.is_file() else bundle.size,
    )


def limits_of(parameters: Parameters) -> dict[str, float]:
    """Return the limits of a parameters file: those of ``bench``, and what ``limits`` says of the same."""
    own = {name: value for name, value in parameters.bench.model_dump().items() if value is not None}
    return {"row_ms": parameters.limits.latency_ms, "size_mb": parameters.limits.size_mb, **own}


def measure(target: Target, plan: Plan, limits: Mapping[str, float], say: Callable[[str], None]) -> Benched:
    """Measure a target and hold it against limits.

    Parameters
    ----------
    limits : mapping
        Names of :data:`mlctl.bundle.bench.limits.FIGURES` to values.
    say : callable
        Takes a line before each stage.
    """
    report = bench(target, plan, say)
    measured = judge(report, limits)
    return Benched(report, measured, tuple(_reasons(report, measured)))


def _reasons(report: Report, measured: tuple[Measured, ...]) -> list[str]:
    reasons = [f"{one.name} is {one.value:.4g}, the limit is {one.limit:g}" for one in measured if not one.ok]
    if report.selftest is False:
        reasons.append("the self-test failed: it does not answer as it should")
    reasons += [f"{one.name}: {one.told}" for one in report.ordeals if not one.ok]
    failed = sum(level.found.refused + level.found.lost for level in report.levels)
    if failed:
        reasons.append(f"{failed:,} requests under load were refused or lost")
    if report.soak and report.soak.failed:
        reasons.append(f"{report.soak.failed:,} requests of the soak were refused or lost")
    return reasons


def keep(store: Store, experiment: Experiment, benched: Benched, now: datetime) -> Experiment:
    """Put what was found into the experiment's reports, as JSON and as a page."""
    told = {"schema_version": 1, "bench_datetime": store.stamp(now), **benched.to_dict()}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    kept = store.add_report(experiment, REPORT, "bench.json", text)
    return store.add_report(kept, PAGE, "bench.html", page_of(benched, store.stamp(now)))


def page_of(benched: Benched, made: str) -> str:
    """Return the HTML page."""
    return page(benched.report, benched.measured, benched.reasons, made=made)


def refusal(benched: Benched) -> RefusedError:
    """Return the error of a model that broke a limit or did not bear abuse."""
    return RefusedError(
        f"{benched.report.version} is not within its limits: {benched.reasons[0]}",
        "limits are set in the parameters file, under bench and limits",
        benched.reasons[1:],
    )
