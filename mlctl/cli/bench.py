"""``mlctl bench``."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mlctl.cli import facts, out, table
from mlctl.cli.options import JsonOption, ModelOption, ProjectOption, StoreOption, TrustOption
from mlctl.cli.place import here
from mlctl.cli.serve import TargetArgument
from mlctl.errors import UsageError


def bench(
    target: TargetArgument,
    seconds: Annotated[
        float, typer.Option("--seconds", help="Of each measurement.", min=0.05, max=600)
    ] = 2.0,
    minutes: Annotated[
        float, typer.Option("--minutes", help="Of a soak under an even load; 0: none.", min=0)
    ] = 0.0,
    clients: Annotated[
        str, typer.Option("--clients", help="Of the closed loops.", metavar="N,N")
    ] = "1,4,16,64",
    rates: Annotated[
        str,
        typer.Option(
            "--rates",
            help="Requests a second of the open loops; default: shares of what it can do.",
            metavar="N,N",
        ),
    ] = "",
    abuse: Annotated[
        bool, typer.Option("--abuse/--no-abuse", help="Also send what no client should.")
    ] = True,
    params: Annotated[
        Path | None,
        typer.Option(
            "--params", help="Hold it against the limits of this file, not its own.", metavar="FILE"
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the page here.", metavar="FILE")
    ] = None,
    trust: TrustOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a model as a system: one row, batches, HTTP under load, memory, abuse."""
    from mlctl import files
    from mlctl.actions import bench as action
    from mlctl.actions import locate
    from mlctl.actions import serve as serving
    from mlctl.actions.parameters import load_file
    from mlctl.actions.recorded import stored_parameters
    from mlctl.bundle.bench.run import Plan

    plan = Plan(
        seconds, _numbers("--clients", clients, int), _numbers("--rates", rates, float), minutes, abuse
    )
    named = load_file(params).parameters if params else None
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="mlctl-bench-") as scratch:
        if serving.is_bundle(target):
            limits = action.limits_of(named) if named else {}
            found = action.measure(action.target_of_bundle(target, trust=trust), plan, limits, out.say)
            kept = None
        else:
            opened = here(store, params.parent if params else None).open()
            experiment = locate.experiment(opened, target, project, model)
            limits = action.limits_of(named or stored_parameters(opened, experiment))
            measured = action.target_of(opened, experiment, Path(scratch), trust=trust)
            found = action.measure(measured, plan, limits, out.say)
            kept = action.keep(opened, experiment, found, now)
    if html:
        files.write_atomic(html, action.page_of(found, now.isoformat(timespec="seconds")))
    if as_json:
        out.document(found.to_dict())
    else:
        _show(found)
    if kept:
        out.say(f"kept as {kept.artifact_file_paths['bench_page']} of {kept.model_version_id}")
    if not found.ok:
        _refuse(found, as_json)


def _refuse(found: Any, as_json: bool) -> None:
    from mlctl.actions.bench import refusal

    failure = refusal(found)
    if not as_json:  # the one document has said it
        out.error(failure, as_json=False)
    raise typer.Exit(failure.exit_code)


def _numbers(option: str, text: str, kind: Any) -> tuple[Any, ...]:
    try:
        found = tuple(kind(part) for part in text.split(",") if part.strip())
    except ValueError:
        found = (0,)
    if any(not 0 < number <= 1e6 for number in found) or (option == "--clients" and not found):
        raise UsageError(f"{option} {text!r} is no list of numbers above 0", f"such as {option} 1,16")
    return found


def _show(found: Any) -> None:
    from mlctl.actions import bench_page as page

    facts.show(page.facts(found.report))
    out.text()
    table.show(_levels(found.report))
    if found.report.soak:
        soak = found.report.soak
        out.text()
        facts.show(
            [
                ("soak", f"{soak.seconds / 60:g} min at {soak.rate:,.0f} requests/s, {soak.failed:,} failed"),
                ("memory", f"{soak.memory_slope / 1e6:+.3g} MB an hour"),
                ("latency", f"the last quarter's median is {soak.drift:.3g} times the first's"),
            ]
        )
    if found.report.ordeals:
        out.text()
        facts.show(
            [(one.name, f"{'borne' if one.ok else 'NOT BORNE'}: {one.told}") for one in found.report.ordeals]
        )
    if found.measured:
        out.text()
        table.show(_limits(found.measured))
    for note in found.report.notes:
        out.warn(note)


def _levels(report: Any) -> table.Table:
    rows = tuple(
        {
            "loop": one.loop,
            "clients": one.clients,
            "asked": one.rate or None,
            "rate": round(one.found.rate),
            **{name: one.found.latency[name] * 1e6 for name in ("p50", "p95", "p99", "p999")},
            "failed": one.found.refused + one.found.lost,
            "share": one.share if one.loop == "closed" else None,
            "nothing": round(one.nothing.rate),
            "ceiling": round(one.ceiling) or None,
        }
        for one in report.levels
    )
    columns = (
        table.Column("loop", "loop", keep=True),
        table.Column("clients", "clients", "int", keep=True),
        table.Column("asked", "asked/s", "int", keep=True),
        table.Column("rate", "requests/s", "int", keep=True),
        table.Column("p50", "p50", "micros", keep=True),
        table.Column("p99", "p99", "micros", keep=True),
        table.Column("share", "of doing nothing", "score"),
        table.Column("p95", "p95", "micros"),
        table.Column("p999", "p99.9", "micros"),
        table.Column("failed", "failed", "int"),
        table.Column("nothing", "nothing/s", "int"),
        table.Column("ceiling", "generator's ceiling/s", "int"),
    )
    return table.Table(columns, rows)


def _limits(measured: Any) -> table.Table:
    rows = tuple(
        {
            "limit": one.name,
            "measured": one.value,
            "allowed": one.limit,
            "held": "not measured" if one.value is None else "yes" if one.ok else "NO",
        }
        for one in measured
    )
    columns = (
        table.Column("limit", "limit", keep=True),
        table.Column("measured", "measured", "score", keep=True),
        table.Column("allowed", "allowed", "score", keep=True),
        table.Column("held", "held", keep=True),
    )
    return table.Table(columns, rows)
