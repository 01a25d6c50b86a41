"""A measuring as one page that needs nothing else: no script, no network; light, dark, phone, paper."""

from collections.abc import Iterable, Sequence

from mlctl.actions import figure_svg
from mlctl.actions.bench_figures import figures
from mlctl.bundle.bench.limits import Measured
from mlctl.bundle.bench.report import Report
from mlctl.data.profile_style import OPENING, STYLE
from mlctl.data.profile_svg import plain
from mlctl.domain.figures import Chart

_OWN = """
td:last-child { min-width: 0; } th, td { padding: .3rem .75rem .3rem 0; }
td.number, th.number { text-align: right; white-space: nowrap; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--soft); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 2rem; }
@media print { details { display: none; } }
""".strip()


def page(report: Report, measured: Sequence[Measured], reasons: Sequence[str], *, made: str) -> str:
    """Write the page.

    Parameters
    ----------
    report : Report
        The figures.
    measured : sequence of Measured
        The limits.
    reasons : sequence of str
        What was broken or not borne.
    made : str
        When it was measured, as a person reads it.

    Returns
    -------
    str
        A whole HTML document; encode it as UTF-8.
    """
    sections = [
        ("limits", "Limits", _limits(measured, reasons)),
        ("load", "Load", _levels(report)),
        ("plots", "Plots", "".join(map(_figure, figures(report)))),
        ("abuse", "Abuse", _ordeals(report)),
        ("machine", "Machine", _machine(report)),
    ]
    body = "\n".join(
        f'<section aria-labelledby="{key}"><h2 id="{key}">{title}</h2>\n{text}</section>'
        for key, title, text in sections
        if text
    )
    foot = f"<p><small>Measured by mlctl on {plain(made)}</small></p>"
    return f"{_head(report)}{_facts(report)}\n{body}\n{foot}</main></body></html>\n"


def _head(report: Report) -> str:
    name = plain(report.version)
    return (
        f"{OPENING}<title>{name} measured</title>\n<style>{STYLE}\n{figure_svg.STYLE}\n{_OWN}</style></head>"
        f"<body><main><h1>{name}, measured as a system</h1>\n"
    )


def _facts(report: Report) -> str:
    told = [(words, value) for words, value in facts(report) if value]
    return "<dl>" + "".join(f"<div><dt>{plain(a)}</dt><dd>{plain(b)}</dd></div>" for a, b in told) + "</dl>"


def facts(report: Report) -> list[tuple[str, str]]:
    """Return the figures that stand alone, each with its words; empty where it was not measured."""
    rows, cold = report.rows, report.cold
    selftest = {None: "", True: "passed", False: "FAILED"}[report.selftest]
    share = f" ({cold.seconds / cold.bare:.1f} times a bare python)" if cold and cold.bare else ""
    return [
        ("model", f"{report.model}, {report.tier} tier"),
        ("self-test", selftest),
        ("one row", _spread(rows.latency) if rows else ""),
        ("batch", f"{rows.batch_rate:,.0f} rows/s of {rows.batch_rows:,}" if rows else ""),
        ("cold start", f"{ms(cold.seconds)}{share}" if cold else ""),
        ("server starts in", ms(report.start)),
        ("memory", f"{report.memory_idle / 1e6:.1f} MB, {report.memory_loaded / 1e6:.1f} MB after the load"),
        ("model file", f"{report.size / 1e3:,.1f} kB"),
    ]


def _spread(latency: dict[str, float]) -> str:
    words = (("p50", "p50"), ("p95", "p95"), ("p99", "p99"), ("p999", "p99.9"))
    return ", ".join(f"{word} {ms(latency[name])}" for name, word in words)


def ms(seconds: float) -> str:
    """Return a duration in the unit that fits.

    Examples
    --------
    >>> ms(0.0000042), ms(0.0153), ms(2.5)
    ('4.2 µs', '15.3 ms', '2.5 s')
    """
    for limit, unit, size in ((1e-3, "µs", 1e6), (1.0, "ms", 1e3)):
        if seconds < limit:
            return f"{seconds * size:.3g} {unit}"
    return f"{seconds:.3g} s"


def _limits(measured: Sequence[Measured], reasons: Sequence[str]) -> str:
    rows = [
        (one.name, "" if one.value is None else f"{one.value:.4g}", f"{one.limit:g}", _verdict(one))
        for one in measured
    ]
    items = "".join(f'<li class="fault">{plain(reason)}</li>' for reason in reasons)
    return _table(("limit", "measured", "allowed", ""), rows) + (f"<ul>{items}</ul>" if items else "")


def _verdict(one: Measured) -> str:
    return "not measured" if one.value is None else "held" if one.ok else "BROKEN"


def _levels(report: Report) -> str:
    head = (
        "load",
        "requests/s",
        "p50",
        "p95",
        "p99",
        "p99.9",
        "refused or lost",
        "of doing nothing",
        "ceiling",
    )
    return _table(head, levels(report))


def levels(report: Report) -> list[tuple[str, ...]]:
    """Return each load as a line of a table."""
    lines = []
    for one in report.levels:
        load = f"{one.clients} clients" if one.loop == "closed" else f"{one.rate:,.0f} a second"
        latency = [ms(one.found.latency[name]) for name in ("p50", "p95", "p99", "p999")]
        failed = f"{one.found.refused + one.found.lost:,}"
        share = f"{one.share:.2f}" if one.loop == "closed" else ""
        ceiling = f"{one.ceiling:,.0f}" if one.ceiling else ""
        lines.append((load, f"{one.found.rate:,.0f}", *latency, failed, share, ceiling))
    return lines


def _ordeals(report: Report) -> str:
    rows = [(one.name, "borne" if one.ok else "NOT BORNE", one.told) for one in report.ordeals]
    return _table(("abuse", "", "answer"), rows) if rows else ""


def _machine(report: Report) -> str:
    notes = "".join(f"<p>{plain(note)}</p>" for note in report.notes)
    return _table(("", ""), [(key, str(value)) for key, value in report.machine.items()]) + notes


def _figure(chart: Chart) -> str:
    table = _table(chart.head, chart.rows)
    return (
        f"<figure><h3>{plain(chart.title)}</h3><figcaption>{plain(chart.caption)}</figcaption>"
        f"{figure_svg.svg(chart)}<details><summary>as a table</summary>{table}</details></figure>"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = "".join(f'<th scope="col">{plain(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{plain(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'
