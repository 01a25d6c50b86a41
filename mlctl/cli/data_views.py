"""How data is shown: a record, a profile with small bars, a validation, a difference, drift."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mlctl.cli import facts, forms, out, table
from mlctl.cli.table import Column

BLOCKS = " ▁▂▃▄▅▆▇█"


def plain(value: Any) -> dict[str, Any]:
    """Return a dataclass as JSON takes it."""
    return asdict(value)


def kept(dataset: Any) -> str:
    """Say what was kept of a dataset."""
    size = f"{dataset.rows} rows × {dataset.columns} columns"
    if not dataset.archive:
        return f"kept how to fetch it again: {size}"
    came = sum(member["bytes"] for member in dataset.members)
    return f"kept {size}: {forms.size(came)} as {forms.size(dataset.archive['bytes'])}"


LISTED = (
    Column("dataset", "dataset", keep=True),
    Column("project", "project", keep=True),
    Column("rows", "rows", "int", keep=True),
    Column("columns", "columns", "int", keep=True),
    Column("bytes", "packed", "size"),
    Column("used_by", "used by", "int"),
    Column("created", "age", "age"),
    Column("source", "source"),
)


def listed(item: Any) -> dict[str, Any]:
    """Return a row of the list."""
    dataset = item.dataset
    return {
        "dataset": dataset.dataset,
        "project": dataset.project_name,
        "rows": dataset.rows,
        "columns": dataset.columns,
        "bytes": dataset.archive.get("bytes"),
        "used_by": len(item.used_by),
        "created": dataset.created_datetime,
        "source": source(dataset.source),
    }


def source(told: dict[str, Any]) -> str:
    """Return where data came from, in a word."""
    found = next((told[key] for key in ("source", "path", "function") if key in told), told.get("sql", {}))
    if isinstance(found, list):
        return ", ".join(found)
    return str(found.get("query", found)) if isinstance(found, dict) else str(found)


def facts_of(dataset: Any, users: Sequence[str]) -> list[facts.Fact]:
    """Return what is known of a dataset."""
    archive = dataset.archive
    return [
        ("dataset", f"{dataset.project_name}:{dataset.dataset}"),
        ("description", dataset.description),
        ("source", source(dataset.source)),
        ("rows", f"{dataset.rows} × {dataset.columns} columns"),
        ("files", ", ".join(f"{m['name']} {forms.size(m['bytes'])}" for m in dataset.members)),
        (
            "kept as",
            f"{archive['file']} {forms.size(archive['bytes'])}" if archive else "the way to fetch it again",
        ),
        ("fingerprint", dataset.fingerprint),
        ("created", dataset.created_datetime),
        ("used by", ", ".join(users) or "nothing"),
    ]


SCHEMA = (
    Column("column", "column", keep=True),
    Column("role", "role", keep=True),
    Column("type", "type", keep=True),
    Column("missing", "missing", "score"),
    Column("values", "values"),
)


def schema_row(column: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the schema's table."""
    return {key: column.get(key) for key in ("column", "role", "type", "missing")} | {
        "values": _values(column)
    }


def _values(column: dict[str, Any]) -> str:
    if "quantiles" in column:
        low, middle, high = (column["quantiles"][i] for i in (0, 3, 6))
        return f"{low:g} … {middle:g} … {high:g}"
    if "range" in column:
        return " … ".join(map(str, column["range"]))
    if "categories" in column:
        names = list(column["categories"])
        return ", ".join(map(str, names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{column['distinct']} values" if "distinct" in column else ""


def bars(counts: Sequence[int]) -> str:
    """Return counts as block characters, the largest as a full one.

    Examples
    --------
    >>> bars([0, 1, 4, 8])
    ' ▁▄█'
    """
    most = max(counts, default=0) or 1
    return "".join(BLOCKS[-(-count * 8 // most)] for count in counts)


def say_changed(named: Any) -> None:
    """Warn where rows that had to be fetched again are not those that were recorded."""
    for change in named.changed:
        out.warn(f"{named.label} was fetched again: {change}")


def show_profile(found: Any, label: str) -> None:
    """Write a profile: the target, a row a column, then what looks wrong."""
    out.say(
        f"{label}: {forms.many(found.rows, 'row')} × {forms.many(len(found.columns), 'column')}, "
        f"{forms.many(found.copies, 'copied row')}"
    )
    if found.target:
        classes = ", ".join(
            f"{name} {count / max(found.rows, 1):.1%}" for name, count in found.target.classes[:8]
        )
        out.say(
            f"target {found.target.column}: {found.target.task}, {found.target.reason}"
            + (f"; {classes}" if classes else "")
        )
    table.show(table.Table(PROFILE, tuple(_profiled(column, found.rows) for column in found.columns)))
    for finding in found.findings:
        out.say(f"{finding.code} {finding.message}")
    for problem in found.problems:
        out.warn(f"training would refuse it: {problem.message}")


PROFILE = (
    Column("column", "column", keep=True),
    Column("kind", "type", keep=True),
    Column("missing", "missing", "text", keep=True),
    Column("distinct", "distinct", "int", keep=True),
    Column("shape", "shape"),
    Column("values", "values"),
    Column("faults", "looks"),
)


def _profiled(column: Any, rows: int) -> dict[str, Any]:
    return {
        "column": column.column,
        "kind": column.kind if column.role == "feature" else f"{column.kind} ({column.role})",
        "missing": f"{column.missing / rows:.1%}" if column.missing and rows else "",
        "distinct": column.distinct,
        "shape": _shape(column),
        "values": _commonest(column, rows),
        "faults": ", ".join(column.faults),
    }


def _shape(column: Any) -> str:
    counts = column.bins.counts if column.bins else [count for _, count in column.top]
    return bars(counts).strip()


def _commonest(column: Any, rows: int) -> str:
    if column.quantiles:
        low, middle, high = (
            column.quantiles[0],
            column.quantiles[len(column.quantiles) // 2],
            column.quantiles[-1],
        )
        return f"{low:g} … {middle:g} … {high:g}"
    if column.range:
        return " … ".join(column.range)
    return ", ".join(f"{name} {count / max(rows, 1):.0%}" for name, count in column.top[:3])


def show_validation(found: Any, what: str, label: str) -> None:
    """Write what was refused and what is odd."""
    rows = [
        {
            "level": level,
            "column": issue.column,
            "code": issue.code,
            "message": issue.message,
            "hint": issue.hint,
        }
        for level, issues in (("refuse", found.refusals), ("warn", found.warnings))
        for issue in issues
    ]
    if rows:
        table.show(table.Table(VALIDATION, tuple(rows)))
    out.say(
        f"{what} against {label}: {forms.many(len(found.refusals), 'refusal')}, "
        f"{forms.many(len(found.warnings), 'warning')}"
        if rows
        else f"{what} fits {label}"
    )


VALIDATION = (
    Column("level", "level", keep=True),
    Column("column", "column", keep=True),
    Column("message", "what", keep=True),
    Column("hint", "fix"),
    Column("code", "code"),
)


def show_diff(found: Any, one: str, other: str) -> None:
    """Write what differs between two tables."""
    before, after = found.rows
    facts.show(
        [
            ("rows", f"{before} in {one}, {after} in {other}, {found.shared} in both"),
            ("added", ", ".join(found.added)),
            ("removed", ", ".join(found.removed)),
            *(("type", f"{change.column}: {change.before}, now {change.now}") for change in found.types),
        ]
    )
    out.text()
    table.show(table.Table(DIFF, tuple(_differing(column) for column in found.columns)))


DIFF = (
    Column("column", "column", keep=True),
    Column("drifted", "differs", keep=True),
    Column("change", "what changed most", keep=True),
    Column("appeared", "appeared"),
    Column("vanished", "vanished"),
)


def _differing(column: Any) -> dict[str, Any]:
    return {
        "column": column.column,
        "drifted": verdict(column.distribution.drifted),
        "change": column.distribution.change,
        "appeared": _levels(column.appeared),
        "vanished": _levels(column.vanished),
    }


def _levels(found: Any) -> str:
    named = ", ".join(f"{name} {rows}" for name, rows in found.named)
    more = found.count - len(found.named)
    return f"{named} and {more} more" if more > 0 else named


def verdict(drifted: bool | None) -> str:
    """Return a verdict as a word."""
    return {True: "DRIFT", False: "no", None: "?"}[drifted]


DRIFT = (
    Column("column", "column", keep=True),
    Column("verdict", "drift", keep=True),
    Column("effect", "effect", "score", keep=True),
    Column("q_value", "corrected p", "score", keep=True),
    Column("change", "what changed most"),
    Column("psi", "PSI", "score"),
)


def show_drift(found: Any) -> None:
    """Write the drift of each column, then the verdict."""
    before, now = found.rows
    season = f", {found.season}" if found.season else ""
    out.say(f"{now} new rows against {before}{season}")
    columns = [*found.columns, *(c for c in (found.target, found.predictions) if c)]
    table.show(table.Table(DRIFT, tuple(_drifting(column) for column in columns)))
    if found.left_out:
        out.say("not compared: " + "; ".join(f"{name} {why}" for name, why in found.left_out))
    if found.classifier:
        told = f"{found.classifier.auc:.3f}, at least {found.classifier.low:.3f}"
        out.say(f"a classifier tells old from new with AUC {told}")
    words = {True: "the table drifts", False: "no drift", None: "no verdict"}
    out.say(f"{words[found.drifted]}: {'; '.join(found.reasons)}" if found.reasons else words[found.drifted])


def _drifting(column: Any) -> dict[str, Any]:
    effects = (column.ks, column.wasserstein, column.jensen_shannon, column.total_variation)
    return {
        "column": column.column,
        "verdict": verdict(column.drifted),
        "effect": max((e for e in effects if e is not None), default=None),
        "q_value": column.q_value,
        "change": column.change,
        "psi": column.psi,
    }
