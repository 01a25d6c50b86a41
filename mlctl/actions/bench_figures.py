"""The figures of a measuring, before they are drawn."""

from collections.abc import Iterator

from mlctl.bundle.bench.report import Level, Report, Soak
from mlctl.domain.figures import Chart, Series


def figures(report: Report) -> Iterator[Chart]:
    """Return the charts that a report has something for."""
    closed = [level for level in report.levels if level.loop == "closed"]
    opened = [level for level in report.levels if level.loop == "open"]
    if closed:
        yield _throughput(closed)
    if opened:
        yield _latency(opened)
    if report.soak and report.soak.moments:
        yield _memory(report.soak)
        yield _drift(report.soak)


def _throughput(levels: list[Level]) -> Chart:
    series = (
        Series("with the model", tuple((one.clients, one.found.rate) for one in levels)),
        Series("the same server doing nothing", tuple((one.clients, one.nothing.rate) for one in levels)),
        Series("ceiling of the load generator", tuple((one.clients, one.ceiling) for one in levels)),
    )
    last = levels[-1]
    return Chart(
        "throughput",
        "Requests a second",
        "Closed loop: each client sends its next request when it has its answer. Near the ceiling the figure "
        "is the generator's, not the server's.",
        f"With {last.clients} clients {last.found.rate:,.0f} requests a second; doing nothing "
        f"{last.nothing.rate:,.0f}.",
        ("clients", "with the model", "doing nothing", "ceiling"),
        tuple(
            (str(one.clients), f"{one.found.rate:,.0f}", f"{one.nothing.rate:,.0f}", f"{one.ceiling:,.0f}")
            for one in levels
        ),
        "clients",
        "requests a second",
        series,
    )


def _latency(levels: list[Level]) -> Chart:
    names = (("p50", "50 of 100"), ("p95", "95 of 100"), ("p99", "99 of 100"), ("p999", "999 of 1,000"))
    series = tuple(
        Series(words, tuple((one.rate, one.found.latency[name] * 1e3) for one in levels))
        for name, words in names
    )
    last = levels[-1]
    return Chart(
        "latency",
        "Latency at set rates",
        "Open loop: requests are due at fixed moments, and a latency counts from then, whether or not the "
        "server kept up.",
        f"At {last.rate:,.0f} a second 99 of 100 take at most {last.found.latency['p99'] * 1e3:.3g} ms.",
        ("requests a second", *(words for _, words in names)),
        tuple(
            (f"{one.rate:,.0f}", *(f"{one.found.latency[name] * 1e3:.3g} ms" for name, _ in names))
            for one in levels
        ),
        "requests a second",
        "milliseconds",
        series,
    )


def _memory(soak: Soak) -> Chart:
    points = tuple((moment.at / 60, moment.memory / 1e6) for moment in soak.moments)
    return Chart(
        "soak_memory",
        "Memory under an even load",
        f"{soak.rate:,.0f} requests a second for {soak.seconds / 60:g} minutes.",
        f"From {points[0][1]:.4g} to {points[-1][1]:.4g} MB; {soak.memory_slope / 1e6:+.3g} MB an hour.",
        ("minutes", "MB"),
        tuple((f"{x:.3g}", f"{y:.4g}") for x, y in points),
        "minutes",
        "MB",
        (Series("", points),),
    )


def _drift(soak: Soak) -> Chart:
    half = tuple((moment.at / 60, moment.p50 * 1e3) for moment in soak.moments)
    most = tuple((moment.at / 60, moment.p99 * 1e3) for moment in soak.moments)
    return Chart(
        "soak_latency",
        "Latency under an even load",
        "A server that tires shows a rising line.",
        f"The last quarter's median is {soak.drift:.3g} times the first's.",
        ("minutes", "50 of 100", "99 of 100"),
        tuple((f"{x:.3g}", f"{y:.3g} ms", f"{z:.3g} ms") for (x, y), (_, z) in zip(half, most, strict=True)),
        "minutes",
        "milliseconds",
        (Series("50 of 100", half), Series("99 of 100", most)),
    )
