"""What a person sees of ``mlctl monitor performance``: a line for each version, then one for each period."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from mlctl.cli import forms, out, table
from mlctl.cli.table import Column

WORDS = {True: "FALLEN", False: "holds", None: "?"}


def document(found: Any, by: str) -> dict[str, Any]:
    """Return the one JSON document."""
    versions = []
    for version in found.versions:
        told = asdict(version)
        told["fallen"] = version.verdict.fallen
        told["periods"] = [{by: p.period, **asdict(p.score)} for p in version.periods]
        versions.append(told)
    told = asdict(found) | {"fallen": found.fallen, "by": by, "versions": versions}
    return {**told, "warnings": list(told.pop("notes"))}


def show(found: Any, by: str) -> None:
    """Write it for a person."""
    out.say(_counts(found))
    for note in (*found.notes, *(note for version in found.versions for note in version.notes)):
        out.warn(forms.one_line(note))
    columns = (
        Column("version", "version", keep=True),
        Column("metric", "metric", keep=True),
        Column("verdict", "verdict", keep=True),
        *_NUMBERS,
        Column("rows", "rows", "int"),
        Column("span", "over"),
    )
    table.show(table.Table(columns, tuple(_versions(found))))
    periods = tuple(_periods(found, by))
    if periods:
        out.text()
        _show_periods(periods, by, several=len(found.versions) > 1)
    _verdicts(found)


_NUMBERS = (
    Column("estimate", "score", "score", keep=True),
    Column("lower", "at least", "score", keep=True),
    Column("upper", "at most", "score", keep=True),
    Column("reference", "held out", "score", keep=True),
)


def _counts(found: Any) -> str:
    share = found.matched / found.predictions
    said = [
        f"{forms.many(found.predictions, 'prediction')}, {found.matched:,} with an actual value ({share:.0%})"
    ]
    if found.unknown:
        said.append(f"{forms.many(found.unknown, 'actual value')} of no prediction here")
    if found.replaced:
        said.append(f"{found.replaced:,} replaced by a later one")
    return "; ".join(said)


def _versions(found: Any) -> Iterator[dict[str, Any]]:
    for version in found.versions:
        for newest, whole in zip(version.newest, version.all, strict=True):
            fewer = newest.rows < whole.rows
            yield _row(version, newest) | {"span": "the newest" if fewer else "all"}
            if fewer:
                yield _row(version, whole) | {"span": "all", "verdict": ""}


def _row(version: Any, score: Any) -> dict[str, Any]:
    return {
        "version": version.model_version_id,
        "metric": score.metric,
        "verdict": WORDS[score.fallen],
        **{key: getattr(score, key) for key in ("estimate", "lower", "upper", "reference", "rows")},
    }


def _periods(found: Any, by: str) -> Iterator[dict[str, Any]]:
    for version in found.versions:
        for period in version.periods:
            yield _row(version, period.score) | {by: period.period}


def _show_periods(periods: tuple[dict[str, Any], ...], by: str, *, several: bool) -> None:
    columns = (
        Column(by, by, keep=True),
        Column("metric", "metric", keep=True),
        *_NUMBERS,
        Column("rows", "rows", "int", keep=True),
        Column("version", "version", keep=several),
    )
    table.show(table.Table(columns, periods))


def _verdicts(found: Any) -> None:
    for version in found.versions:
        said, newest = version.verdict, "" if version.current else " (no longer in use)"
        words = {True: "has fallen", False: "has not fallen", None: "cannot be told to have fallen"}
        out.say(f"{version.model_version_id}{newest} {words[said.fallen]}: {said.said}")
    worse = next((v for v in reversed(found.versions) if v.current and v.verdict.fallen), None)
    if worse:
        named = f"--project {worse.project_name} --model {worse.model_name}"
        out.hint(f"mlctl retrain {named}; or back to the one before: mlctl rollback {named}")
    elif found.matched < found.predictions:
        out.hint("send more actual values to /feedback, or name a file of them: --actuals FILE --key COLUMN")
