"""What a person sees of a promotion: both models side by side, and the sentence that decides."""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlctl.cli import facts, forms, out, table

MOST_PACKAGES = 5
"""Packages that a terminal shows; a pipe, and mlctl diff, have them all."""

FIRST_PACKAGES = ("scikit-learn", "numpy", "scipy", "pandas", "joblib")

WORDS = {"promote": "PROMOTE", "keep": "KEEP", "undecided": "UNDECIDED", "stopped": "STOPPED"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A promotion, and what else is worth seeing of it.

    Attributes
    ----------
    changes : tuple of Change
        What differs between champion and challenger.
    checks : tuple of Check
        What the methodology checks say of the challenger.
    several : bool
        Whether the store has several models: a command then has to name the one it is about.
    """

    done: Any
    challenger: Any
    champion: Any
    changes: tuple[Any, ...]
    checks: tuple[Any, ...]
    several: bool = False


def gather(store: Any, challenger: Any, done: Any) -> Seen:
    """Look up what differs, and what the checks say."""
    from mlctl.actions.checks import checks_of
    from mlctl.actions.diff import diff, side_of
    from mlctl.actions.shortlist import related

    peers = related(store, challenger)
    champion = done.result.champion if done.result else None
    changes = diff(side_of(store, champion), side_of(store, challenger)).changes if champion else ()
    several = len(store.models().records) > 1
    return Seen(done, challenger, champion, changes, checks_of(store, challenger, peers), several)


def document(seen: Seen) -> dict[str, Any]:
    """Return the one JSON document."""
    done = seen.done
    gate = done.result.to_dict() if done.result else None
    if gate:
        del gate["holdout"]["sketch"]  # for the next look to be counted, and for nobody to read
    return {
        "promoted": done.promoted,
        "outcome": _outcome(seen),
        "forced": bool(done.event and done.event.details.get("forced")),
        "challenger": seen.challenger.model_version_id,
        "champion_before": done.before,
        "champion": done.after,
        "reasons": list(done.event.why) if done.event else [],
        "gate": gate,
        "differences": [
            {"section": c.section, "name": c.name, "champion": c.one, "challenger": c.other}
            for c in seen.changes
            if c.section != "scores"  # those that were recorded; the gate's are in its facts
        ],
        "checks": [check.to_dict() for check in seen.checks],
        "event": {"time": done.event.time, "what": done.event.what, "who": done.event.who}
        if done.event
        else None,
        "model_card": done.card or None,
        "warnings": [*(done.result.warnings if done.result else ()), *done.warnings],
    }


def _outcome(seen: Seen) -> str:
    done = seen.done
    if done.event is None:
        return "unchanged"
    return str(done.event.details.get("outcome"))


def show(seen: Seen) -> None:
    """Write it for a person."""
    done = seen.done
    if done.event is None:
        out.text(f"{seen.challenger.model_version_id} is the champion already, and its files are whole")
        out.hint(_command("history", seen))
        return
    for warning in (*(done.result.warnings if done.result else ()), *done.warnings):
        out.warn(forms.one_line(warning))
    if done.result:
        _head(seen)
        table.show(_table(seen))
        out.text()
        facts.show([(name, forms.one_line(said)) for name, said in _facts(seen)])
        out.text()
    _verdict(seen)


def _head(seen: Seen) -> None:
    result, e = seen.done.result, seen.challenger
    against = "against the champion" if seen.champion else "first champion"
    out.text(f"{e.project_name}/{e.model_name} · {e.model_version_id} · {against} · {result.metric}")
    facts.show([("rows", f"{result.holdout.rows:,}, scored now: {result.holdout.said}")])
    out.text()


def _table(seen: Seen) -> table.Table:
    rows = tuple({"what": what, "before": one, "challenger": other} for what, one, other in _rows(seen))
    title = "champion" if seen.champion else "dummy"
    columns = (
        table.Column("what", "", keep=True),
        table.Column("before", title, keep=True),
        table.Column("challenger", "challenger", keep=True),
    )
    return table.Table(columns, rows)


def _rows(seen: Seen) -> Iterator[tuple[str, str, str]]:
    if seen.champion is None:
        yield from _first_rows(seen)
        return
    found, one, other = seen.done.result.facts, seen.champion, seen.challenger
    yield "experiment", one.model_version_id, other.model_version_id
    yield _metric(found.metric), _number(found.champion.estimate), _number(found.challenger.estimate)
    yield "95 % interval", _interval(found.champion), _interval(found.challenger)
    yield "rung", one.rung, other.rung
    yield "one row", _latency(one), _latency(other)
    yield "size", _size(one), _size(other)
    yield from _data_rows(seen)
    parameters = [c for c in seen.changes if c.section == "parameters"]
    yield from ((c.name, _parameter(c.one), _parameter(c.other)) for c in parameters)
    yield from _package_rows([c for c in seen.changes if c.section == "packages"])


def _first_rows(seen: Seen) -> Iterator[tuple[str, str, str]]:
    found, e = seen.done.result.facts, seen.challenger
    where = "held-out rows" if found.where == "rows" else "folds"
    yield "experiment", "", e.model_version_id
    yield f"{_metric(found.metric)}, {found.count:,} {where}", _number(found.dummy), _number(found.challenger)
    if found.dummy_score:
        yield "95 % interval", _interval(found.dummy_score), _interval(found.challenger_score)
    yield "rung", "dummy", e.rung
    yield "one row", "", _latency(e)
    yield "size", "", _size(e)
    yield "data", "", _dataset(e)
    yield "rows trained on", "", _count(e)


def _data_rows(seen: Seen) -> Iterator[tuple[str, str, str]]:
    one, other = seen.champion, seen.challenger
    yield "data", _dataset(one), _dataset(other)
    yield "rows trained on", _count(one), _count(other)
    until = seen.done.result.until
    if until:
        yield "trained up to", until.get("champion", ""), until.get("challenger", "")


def _package_rows(changes: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
    order = {name: place for place, name in enumerate(FIRST_PACKAGES)}
    ordered = sorted(changes, key=lambda c: (order.get(c.name, len(order)), c.name))
    most = MOST_PACKAGES if out.is_terminal(sys.stdout) else len(ordered)
    yield from ((c.name, _parameter(c.one), _parameter(c.other)) for c in ordered[:most])
    if len(ordered) > most:
        yield "packages", f"{len(ordered) - most} more differ:", "mlctl diff names them"


def _facts(seen: Seen) -> Iterator[facts.Fact]:
    from mlctl.domain import gate_words as words

    found = seen.done.result.facts
    yield "difference", _difference(seen)
    for part in found.slices if seen.champion else ():
        gain = words.moved(found.metric, part.gain, _number)
        bounds = words.reach(found.metric, part.lower, part.upper, _number)
        yield "slice", f"{part.column} = {part.value}: {gain}, {bounds}, on {part.rows:,} rows"
    for guard in found.guards:
        yield "guard", f"{'ok ' if guard.ok else 'NOT MET '}{guard.said}"
    for check in seen.checks:
        yield "check", f"{check.code} {check.name}: {check.figure}; {check.remedy}"


def _difference(seen: Seen) -> str:
    """Say by how much the challenger is ahead: ``0.053 lower (better), at least 0.04 lower``."""
    from mlctl.domain import gate_words as words

    found = seen.done.result.facts
    if not math.isfinite(found.gain):
        return "cannot be told from these rows"
    gain = words.moved(found.metric, found.gain, _number)
    if not math.isfinite(found.lower):
        return f"{gain}, truly {words.reach(found.metric, found.lower, found.upper, _number)}"
    how = f", {_method(found)}" if seen.champion else ""
    word = "at least" if found.lower > 0 else "at worst"
    turns = (
        words.differs(found.lower) and found.lower < 0 and (found.gain > 0 or not words.differs(found.gain))
    )
    mark = "worse; " if turns else ""  # where the gain is a loss as well, it says so already
    least = words.way(found.metric, found.lower, _number)
    return f"{gain}, {word} {least} ({mark}{words.sure(found.error_rate)}{how})"


def _method(found: Any) -> str:
    blocks = f", {found.blocks:,} {found.block_unit}s" if found.blocks is not None else ""
    return f"{found.method or 'not computed'}{blocks}"


def _verdict(seen: Seen) -> None:
    done = seen.done
    outcome, forced = _outcome(seen), bool(done.event.details.get("forced"))
    first, *rest = done.event.why or [""]
    said = f"the gate is overridden ({WORDS[outcome]}): {first}" if forced else first
    lines = [("FORCED" if forced else WORDS[outcome], said), *(("", reason) for reason in rest)]
    facts.show([(name, forms.one_line(line)) for name, line in lines])
    if done.promoted:
        came = f"{done.after} is the champion" + (f", {done.before} was before" if done.before else "")
        out.say(f"{came}; model card: {done.card}" if done.card else came)
        out.hint(
            _command("history", seen)
            + ("" if done.before is None else f", or back: {_command('rollback', seen)}")
        )
        return
    stays = f"{done.before} stays the champion" if done.before else "there is no champion yet"
    out.say(f"{stays}{'; a dry run: counted as a look at these rows' if done.event.what == 'look' else ''}")
    out.hint(_next(seen, outcome))


def _next(seen: Seen, outcome: str) -> str:
    name = _named(seen, seen.challenger.model_version_id)
    if outcome == "promote":
        return f"mlctl promote {name}"
    if outcome == "undecided":
        # Of the same data a larger test_size holds out rows that the champion was trained on: no use.
        rows = (
            "newer data, of which a larger split.test_size holds out more"
            if seen.champion
            else "more data, or a larger split.test_size"
        )
        return f"{rows}; then mlctl train --params FILE and mlctl promote {_named(seen, 'latest')}"
    if seen.champion:
        return f"mlctl diff {_named(seen, seen.champion.model_version_id)} {name}"
    return _command("compare", seen) if seen.several else "mlctl compare"


def _named(seen: Seen, reference: str) -> str:
    """Return a reference that names its model where there are several."""
    e = seen.challenger
    return f"{e.project_name}/{e.model_name}:{reference}" if seen.several else reference


def _command(verb: str, seen: Seen) -> str:
    e = seen.challenger
    return f"mlctl {verb} --project {e.project_name} --model {e.model_name}"


def _metric(name: str) -> str:
    from mlctl.domain.metrics import METRICS

    return f"{name} {METRICS[name].arrow}"


def _interval(score: Any) -> str:
    if score.estimate != score.estimate:
        return ""
    return f"{_number(score.lower)} to {_number(score.upper)}"


def _number(value: Any) -> str:
    return forms.score(value) if out.is_terminal(sys.stdout) else forms.exact(value)


def _parameter(value: Any) -> str:
    return "" if value is None else forms.parameter(value)


def _latency(experiment: Any) -> str:
    return forms.micros(experiment.evaluations.get("latency", {}).get("single_row_us"))


def _size(experiment: Any) -> str:
    return forms.size(experiment.evaluations.get("size", {}).get("model_bytes"))


def _dataset(experiment: Any) -> str:
    return str(experiment.training_dataset.get("dataset", ""))


def _count(experiment: Any) -> str:
    return f"{experiment.training_dataset.get('rows', 0):,}"
