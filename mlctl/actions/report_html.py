"""One experiment as one page that needs nothing else: no script, no network; light, dark, phone, paper."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlctl.actions import figure_svg
from mlctl.actions.report import Report
from mlctl.actions.show import ScoreLine, Shown
from mlctl.data.profile_style import OPENING, STYLE
from mlctl.data.profile_svg import plain
from mlctl.domain.checks import Check
from mlctl.domain.figures import Drawable
from mlctl.domain.records import Dataset, Experiment

MOST_COLUMNS = 60
LONGEST = 400
"""Letters of a value that are shown."""

_OWN = """
td:last-child { min-width: 0; } th, td { padding: .3rem .75rem .3rem 0; }
td.number { text-align: right; white-space: nowrap; } th.number { text-align: right; }
table.numbers th[scope=row] bdi { white-space: nowrap; }
p.standing { margin: 0 0 1rem; } .mark { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem;
} ol.checks { list-style: none; padding: 0; margin: 0; }
ol.checks li { border-left: 3px solid var(--fault); padding: 0 0 0 .75rem; margin: 0 0 1rem; max-width: 70ch;
} ol.checks p { margin: .1rem 0; } details { margin: .5rem 0; } summary { cursor: pointer; color: var(--soft);
} pre { overflow-x: auto; border: 1px solid var(--line); padding: .6rem .8rem; border-radius: .3rem; }
code, pre { font: 13px/1.5 ui-monospace, monospace; } td, dd, li { overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 2rem; }
a { color: var(--bar); } nav { font-size: .9rem; margin: 0 0 1rem; } nav a { margin-right: .9rem; }
@media print { nav, summary { display: none; } details { display: none; } body { font-size: 12px; } }
""".strip()


def page(report: Report, *, made: str) -> str:
    """Write the page.

    Parameters
    ----------
    report : Report
        What to tell.
    made : str
        When it was made, as a person reads it.

    Returns
    -------
    str
        A whole HTML document; encode it as UTF-8.
    """
    e = report.shown.experiment
    sections = [
        ("scores", "Scores", _scores(report.shown)),
        ("checks", "Checks", _checks(report.shown)),
        ("plots", "Plots", _plots(report)),
        ("parameters", "Parameters", _table(("parameter", "value"), _items(e.parameters))),
        ("data", "Data", _data(report)),
        ("environment", "Environment", _environment(report)),
        ("again", "How to reproduce", _again(report)),
        ("more", "Notes", _notes(e)),
    ]
    told = [(key, title, body) for key, title, body in sections if body]
    links = "".join(f'<a href="#{key}">{title}</a>' for key, title, _ in told)
    body = "\n".join(
        f'<section aria-labelledby="{key}"><h2 id="{key}">{title}</h2>\n{body}</section>'
        for key, title, body in told
    )
    foot = f"<p><small>Made by mlctl on {plain(made)} from {plain(report.directory)}</small></p>"
    return f"{_head(e)}{_standing(report.shown)}<nav>{links}</nav>\n{body}\n{foot}</main></body></html>\n"


def _head(e: Experiment) -> str:
    name = plain(e.model_version_id)
    return (
        f"{OPENING}<title>{name} {plain(e.rung)}</title>\n"
        f"<style>{STYLE}\n{figure_svg.STYLE}\n{_OWN}</style></head>"
        f"<body><main><h1>{name}</h1>\n"
    )


def _standing(shown: Shown) -> str:
    e = shown.experiment
    marks = [word for on, word in ((shown.champion, "champion"), (shown.recommended, "recommended")) if on]
    where = f"<bdi>{plain(e.project_name)}/{plain(e.model_name)}</bdi> · <bdi>{plain(e.rung)}</bdi>"
    line = f"{where} · {plain(e.status)} · {plain(e.created_datetime[:16].replace('T', ' '))} UTC"
    badges = "".join(f' <span class="mark">{mark}</span>' for mark in marks)
    failed = f'<p class="fault">{plain(_why(e))}</p>' if e.error else ""
    about = f"<p>{plain(e.description)}</p>" if e.description else ""
    return f'<p class="standing">{line}{badges}</p>{about}{failed}{_facts(shown)}'


def _why(e: Experiment) -> str:
    return f"{e.error.get('reason', 'failed')}: {e.error.get('message', '')}"


def _facts(shown: Shown) -> str:
    e, lines = shown.experiment, shown.scores
    own = next((line for line in lines if line.metric == e.metric), None)
    interval = shown.checked.interval
    latency = e.evaluations.get("latency", {}).get("single_row_us")
    size = e.evaluations.get("size", {}).get("model_bytes")
    between = f" ({number(interval[0])} to {number(interval[1])})" if interval else ""
    told = [
        (f"{e.metric} over the folds", number(own.mean) if own else ""),
        ("the dummy's", number(own.dummy) if own else ""),
        ("held out (95 %)", f"{number(own.test)}{between}" if own and own.test is not None else ""),
        ("training rows", f"{e.training_dataset.get('rows', 0):,}" if e.training_dataset.get("rows") else ""),
        ("to predict one row", f"{latency / 1e3:.3g} ms" if latency else ""),
        ("model file", f"{size / 1e3:,.0f} kB" if size else ""),
    ]
    cells = "".join(f"<div><dt>{plain(n)}</dt><dd>{plain(v)}</dd></div>" for n, v in told if v)
    return f"<dl>{cells}</dl>" if cells else ""


def number(value: Any) -> str:
    """Return a number with four digits that count; anything else as it is, and nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if 1e4 <= abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _scores(shown: Shown) -> str:
    heads = ("metric", "train", "over the folds", "dummy", "held out", "dummy held out")
    if not shown.scores:
        return ""
    return _table(heads, [_score_row(line) for line in shown.scores], numbers=True)


def _score_row(line: ScoreLine) -> tuple[str, ...]:
    spread = (
        f" ± {number(float(f'{line.std:.2g}'))}" if line.std is not None and line.mean is not None else ""
    )
    return (
        f"{line.metric} {line.arrow}",
        number(line.train),
        number(line.mean) + spread,
        number(line.dummy),
        number(line.test),
        number(line.dummy_test),
    )


def _checks(shown: Shown) -> str:
    said = shown.checked
    items = "\n".join(_check(one) for one in said.found)
    silent = ", ".join(dict.fromkeys(one.code for one in said.muted))
    quiet = f"<p>{len(said.muted)} muted: {plain(silent)} (checks.mute)</p>" if said.muted else ""
    unread = "".join(f'<p class="fault">Not looked at: {plain(line)}</p>' for line in said.unread)
    nothing = "" if said.found or shown.experiment.status != "finished" else "<p>No check speaks.</p>"
    return (f'<ol class="checks">{items}</ol>' if items else nothing) + quiet + unread


def _check(one: Check) -> str:
    return (
        f"<li><p><strong>{one.code} {plain(one.name)}</strong></p><p>{plain(one.figure)}</p>"
        f"<p><small>Why: {plain(one.reason)}.</small></p><p><small>Remedy: "
        f"{plain(one.remedy)}.</small></p></li>"
    )


def _plots(report: Report) -> str:
    drawn = "\n".join(_figure(one) for one in report.figures.figures)
    notes = "".join(f"<p><small>{plain(note)}</small></p>" for note in report.figures.notes)
    return (f'<div class="plots">{drawn}</div>' if drawn else "") + notes


def _figure(one: Drawable) -> str:
    return (
        f"<figure><h3>{plain(one.title)}</h3><figcaption>{plain(one.caption)}</figcaption>{figure_svg.svg(one)}"
        f"<details><summary>As a table</summary>{_table(one.head, one.rows)}</details></figure>"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> str:
    listed = list(rows)
    if not listed:
        return ""
    kind, style = (' class="number"', ' class="numbers"') if numbers else ("", "")
    first, *rest = heads
    head = f'<th scope="col">{plain(first)}</th>'
    head += "".join(f'<th scope="col"{kind}>{plain(title)}</th>' for title in rest)
    body = "\n".join(
        f'<tr><th scope="row"><bdi>{plain(_cut(row[0]))}</bdi></th>'
        + "".join(f"<td{kind}><bdi>{plain(_cut(cell))}</bdi></td>" for cell in row[1:])
        + "</tr>"
        for row in listed
    )
    # A wide table scrolls in its own box, which the keyboard must reach.
    return (
        f'<div class="wide" tabindex="0"><table{style}><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _items(mapping: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(name), number(value)) for name, value in mapping.items()]


def _data(report: Report) -> str:
    e, data = report.shown.experiment, report.dataset
    told = [
        ("target", report.target),
        ("task", e.task),
        ("trained on", f"{e.training_dataset.get('rows'):,} rows" if e.training_dataset.get("rows") else ""),
        ("held out", str(e.test_dataset.get("said", ""))),
        ("folds", _folds(e.validation_dataset)),
        *(_of_dataset(data) if data else []),
    ]
    listed = [(name, value) for name, value in told if value]
    return _table(("fact", "value"), listed) + (_schema(data) if data and data.schema else "")


def _folds(about: Mapping[str, Any]) -> str:
    if not about.get("folds"):
        return ""
    return f"{about['folds']} folds × {about.get('repeats', 1)}, {about.get('kind', '')}".rstrip(", ")


def _of_dataset(data: Dataset) -> list[tuple[str, str]]:
    return [
        ("dataset", f"{data.project_name}:{data.dataset}"),
        ("size", f"{data.rows:,} rows × {data.columns:,} columns"),
        ("files", ", ".join(str(member.get("name", "")) for member in data.members)),
        ("fingerprint", data.fingerprint),
    ]


def _schema(data: Dataset) -> str:
    shown = data.schema[:MOST_COLUMNS]
    rows = [
        (
            str(column.get("column", "")),
            str(column.get("role", "")),
            str(column.get("type", "")),
            f"{column['missing']:.1%}" if isinstance(column.get("missing"), float) else "",
        )
        for column in shown
    ]
    more = len(data.schema) - len(shown)
    rest = f"<p><small>and {more:,} more columns</small></p>" if more > 0 else ""
    heads = ("column", "role", "type", "missing")
    return f"<details><summary>{len(data.schema):,} columns</summary>{_table(heads, rows)}{rest}</details>"


def _environment(report: Report) -> str:
    e = report.shown.experiment
    commit = str(e.git.get("commit") or "none")
    changed = " with changes (changes.diff)" if e.git.get("dirty") else ""
    rows = [*_items(e.environment), ("git commit", commit + changed), ("seed", str(e.seed))]
    packages = _table(("package", "version"), sorted(report.packages.items()))
    listed = f"<details><summary>{len(report.packages)} packages</summary>{packages}</details>"
    return _table(("fact", "value"), rows) + (listed if report.packages else "")


def _again(report: Report) -> str:
    e = report.shown.experiment
    if e.status != "finished" or "model" not in e.artifact_file_paths:
        return ""
    ref = f"{e.project_name}/{e.model_name}:{e.model_version_id}"
    lines = [
        f"mlctl reproduce {ref} --check     # train it again from its record: equal, or what differs",
        f"mlctl evaluate {ref}              # score the stored model again",
        f"cd {report.directory} && sha256sum -c SHA256SUMS",
    ]
    return f"<pre><code>{plain(chr(10).join(lines))}</code></pre>"


def _notes(e: Experiment) -> str:
    lines = [f"tagged {', '.join(e.tags)}"] if e.tags else []
    lines += [f"{note.get('time', '')[:16]} {note.get('text', '')}" for note in e.notes]
    lines += [str(reason) for reason in e.eligible.get("reasons", ())]
    return f"<ul>{''.join(f'<li>{plain(line)}</li>' for line in lines)}</ul>" if lines else ""
