"""The profile as one page that needs nothing else: no script, no network, light and dark."""

import pandas as pd

from mlctl.data.profile import Profile, TargetProfile
from mlctl.data.profile_columns import Bins, ColumnProfile
from mlctl.data.profile_style import OPENING, STYLE
from mlctl.data.profile_svg import bars, histogram, plain

SHOWN = 5
"""So many of the commonest values are drawn."""

_QUANTILES = ("min", "0.1 %", "1 %", "median", "99 %", "99.9 %", "max")
_FAULTS = {
    "empty": "holds no value",
    "constant": "holds one value",
    "key": "names the rows",
    "key-like": "numbers the rows",
    "levels": "very many values",
    "infinite": "has infinite values",
    "number-text": "text that looks like numbers",
    "date-text": "text that looks like dates",
}


def profile_html(profile: Profile, *, title: str) -> str:
    """Write the page.

    Parameters
    ----------
    profile : Profile
        What :func:`mlctl.data.profile.profile` found.
    title : str
        What was profiled, for instance the file's name.

    Returns
    -------
    str
        A whole HTML document; encode it as UTF-8.
    """
    target = next(
        (one for one in profile.columns if profile.target and one.column == profile.target.column), None
    )
    parts = [
        _head(title),
        f"<main><h1><bdi>{plain(title)}</bdi></h1>{_numbers(profile)}",
        _said(profile),
        _target(profile.target, target, profile.rows) if profile.target and target else "",
        _columns(profile),
        "</main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _head(title: str) -> str:
    return f"{OPENING}<title>Profile of {plain(title)}</title><style>{STYLE}</style></head><body>"


def _numbers(profile: Profile) -> str:
    cells = profile.rows * len(profile.columns)
    missing = sum(column.missing for column in profile.columns)
    told = [
        ("rows", f"{profile.rows:,}"),
        ("columns", f"{len(profile.columns):,}"),
        ("missing cells", _share(missing, cells)),
        ("copied rows", f"{profile.copies:,}"),
    ]
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in told) + "</dl>"


def _said(profile: Profile) -> str:
    said = [("refused", problem.message, problem.hint) for problem in profile.problems]
    said += [(finding.code, finding.message, finding.hint) for finding in profile.findings]
    if not said:
        return ""
    items = "".join(
        f"<li><strong>{plain(code)}</strong> {plain(message)}"
        + (f" <small>{plain(hint)}</small>" if hint else "")
        + "</li>"
        for code, message, hint in said
    )
    return f'<section aria-labelledby="said"><h2 id="said">Worth saying</h2><ul>{items}</ul></section>'


def _target(target: TargetProfile, column: ColumnProfile, rows: int) -> str:
    known = rows - target.missing
    plot = bars(target.classes, known) if target.classes else _plot(column, rows)
    more = target.distinct - len(target.classes)
    rest = f"<p>{more:,} more classes are rarer.</p>" if target.classes and more else ""
    return (
        '<section aria-labelledby="target"><h2 id="target">Target: '
        f"<bdi>{plain(target.column)}</bdi></h2><p>{plain(target.task)}: {plain(target.reason)}. "
        f"{target.missing:,} rows without an answer.</p>{plot}{rest}</section>"
    )


def _columns(profile: Profile) -> str:
    heads = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Column", "Kind", "Missing", "Distinct", "Values", "Facts")
    )
    rows = "\n".join(_row(column, profile.rows) for column in profile.columns)
    return (
        '<section aria-labelledby="columns"><h2 id="columns">Columns</h2>'
        # A wide table scrolls in its own box, which the keyboard must reach.
        '<div class="wide" tabindex="0" role="region" aria-labelledby="columns">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></div></section>"
    )


def _row(column: ColumnProfile, rows: int) -> str:
    role = "" if column.role == "feature" else f"<br><small>{plain(column.role)}</small>"
    faults = "".join(f'<p class="fault">{_FAULTS[fault]}</p>' for fault in column.faults)
    return (
        f'<tr><th scope="row"><bdi>{plain(column.column)}</bdi>{role}</th><td>{plain(column.kind)}</td>'
        f"<td>{_share(column.missing, rows)}</td><td>{column.distinct:,}</td>"
        f"<td>{_plot(column, rows)}</td><td>{faults}{_facts(column)}{_more(column)}</td></tr>"
    )


def _plot(column: ColumnProfile, rows: int) -> str:
    if column.bins:
        return histogram(column.bins.counts, *_ends(column, column.bins))
    return bars(column.top[:SHOWN], rows) if column.top else ""


def _ends(column: ColumnProfile, bins: Bins) -> tuple[str, str]:
    if column.kind == "date":
        return _day(bins.low), _day(bins.high)
    return _number(bins.low), _number(bins.high)


def _day(seconds: float) -> str:
    return str(pd.Timestamp(int(seconds), unit="s").date())


def _facts(column: ColumnProfile) -> str:
    told: list[tuple[str, str]] = []
    if column.quantiles:
        told += [(name, _number(value)) for name, value in zip(_QUANTILES, column.quantiles, strict=True)]
    if column.mean is not None:
        told.append(("mean", _number(column.mean)))
    if column.range:
        told += [("first", column.range[0]), ("last", column.range[1])]
    for name, count in (("infinite", column.infinite), ("in the future", column.future)):
        told += [(name, f"{count:,}")] if count else []
    items = "".join(f"<div><dt>{plain(name)}</dt><dd>{plain(value)}</dd></div>" for name, value in told)
    return f'<dl class="facts">{items}</dl>' if items else ""


def _more(column: ColumnProfile) -> str:
    """Return the common values that are not drawn."""
    left = (column.top if column.bins else column.top[SHOWN:])[:SHOWN]
    if not left:
        return ""
    said = ", ".join(f"<bdi>{plain(value)}</bdi> ({count:,})" for value, count in left)
    return f"<p><small>{'often' if column.bins else 'next'}: {said}</small></p>"


def _number(value: float) -> str:
    """Spell a number as a person reads it: six digits, or all of them before the point."""
    return f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:.6g}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if part else "0"
