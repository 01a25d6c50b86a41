"""The model card: what a champion is for, what it was made from, how good it is, what was seen to limit it.

Markdown, written at a promotion into the experiment's ``reports/``. Its headings follow Mitchell et al.,
"Model Cards for Model Reporting", FAT* 2019, as far as the store can fill them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from mlctl.actions.checks import checks_of
from mlctl.actions.gate_result import GateResult
from mlctl.actions.shortlist import related
from mlctl.actions.show import score_lines
from mlctl.domain.checks import Check
from mlctl.domain.gate import Facts, FirstFacts, Score
from mlctl.domain.gate_words import moved, reach
from mlctl.domain.records import Dataset, Experiment, Model
from mlctl.domain.refs import latest_first
from mlctl.store.champion import Event
from mlctl.store.store import Store

NAME, FILE = "model_card", "model_card.md"

CALIBRATION = "MLC027"
"""The check of the probabilities."""


def write_card(
    store: Store, experiment: Experiment, model: Model, result: GateResult | None, event: Event
) -> str:
    """Write the card of an experiment that was promoted.

    Parameters
    ----------
    result : GateResult or None
        None where the gate could not be applied.
    event : Event
        The promotion.

    Returns
    -------
    str
        Its path, relative to the directory that holds the store.
    """
    peers = related(store, experiment)
    found = checks_of(store, experiment, peers)
    dataset = store.dataset(experiment.project_name, experiment.training_dataset["dataset"])
    text = card(experiment, model, dataset, _dummy(peers, experiment), found, result, event)
    changed = store.add_report(experiment, NAME, FILE, text)
    return store.relative(store.experiment_directory(changed) / changed.artifact_file_paths[NAME])


def card(
    experiment: Experiment,
    model: Model,
    dataset: Dataset,
    dummy: Experiment | None,
    found: Sequence[Check],
    result: GateResult | None,
    event: Event,
) -> str:
    """Return the card as Markdown."""
    sections = [
        ("Intended use", _use(model, experiment)),
        ("Model", _model(experiment)),
        ("Data", _data(experiment, dataset, result)),
        ("Scores", _scores(experiment, dummy)),
        ("Why it was promoted", _why(result, event)),
        ("Limits seen", _limits(experiment, found, result)),
        ("How to reproduce it", _how(experiment)),
    ]
    name = f"{model.project_name}/{model.model_name}"
    when = f"Written when it was promoted, {event.time}, by {_line(event.who)}."
    head = f"# Model card: {name}, {experiment.model_version_id}\n\n{when}\n"
    bodies = ["\n".join([f"## {title}", "", *lines, ""]) for title, lines in sections]
    return "\n".join([head, *bodies])


def _use(model: Model, experiment: Experiment) -> Iterator[str]:
    name = f"{model.project_name}/{model.model_name}"
    yield _line(model.description) or f'Not described yet: `mlctl model update {name} --description "…"`.'
    yield ""
    yield f"It answers one question: `{_line(model.target)}`, a {experiment.task}."
    if experiment.description:
        yield f"This try: {_line(experiment.description)}"


def _model(experiment: Experiment) -> Iterator[str]:
    evaluations, file = experiment.evaluations, experiment.artifact_file_paths.get("model", "")
    size = evaluations.get("size", {}).get("model_bytes")
    latency = evaluations.get("latency", {}).get("single_row_us")
    yield f"- kind: {experiment.rung}"
    if experiment.parameters:
        yield "- parameters: " + ", ".join(f"{key} {value}" for key, value in experiment.parameters.items())
    yield f"- file: {file}" + (f", {size:,} bytes" if size else "")
    if latency:
        yield f"- time to answer for one row: {latency / 1000:.3g} ms (median, where it was trained)"


def _data(experiment: Experiment, dataset: Dataset, result: GateResult | None) -> Iterator[str]:
    train, test = experiment.training_dataset, experiment.test_dataset
    source = {key: value for key, value in dataset.source.items() if isinstance(value, str)}
    yield f"- dataset: {dataset.dataset}, {dataset.rows:,} rows, {dataset.columns} columns"
    yield "- source: " + ", ".join(f"{key} {_line(value)}" for key, value in source.items())
    yield f"- fingerprint: {dataset.fingerprint}"
    yield f"- trained on {train.get('rows', 0):,} rows; {_line(str(test.get('said', '')))}"
    if result and "challenger" in result.until:
        yield f"- the last row that it was trained on is of {result.until['challenger']}"


def _scores(experiment: Experiment, dummy: Experiment | None) -> Iterator[str]:
    yield "| metric | train | cross-validation | held out | dummy, held out |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for line in score_lines(experiment):
        spread = "" if line.std is None else f" ± {line.std:.2g}"
        reference = dummy.score("test", line.metric) if dummy else None
        cells = [_number(line.train), _number(line.mean) + spread, _number(line.test), _number(reference)]
        yield f"| {line.metric} {line.arrow} | {' | '.join(cells)} |"
    yield ""
    yield f"Chosen by {experiment.metric}. ± is the deviation of the folds. The dummy looks at no column."


def _why(result: GateResult | None, event: Event) -> Iterator[str]:
    if event.details.get("forced"):
        yield "**The gate was overridden.** The reason given and, behind it, what the gate said:"
        yield ""
    yield from (f"- {_line(reason)}" for reason in event.why)
    if result is None:
        return
    yield ""
    yield f"Scored on {result.holdout.rows:,} rows: {_line(result.holdout.said)}."
    facts = result.facts
    if isinstance(facts, FirstFacts):
        if facts.challenger_score and facts.dummy_score:
            yield from _intervals(facts.metric, facts.challenger_score, "the dummy", facts.dummy_score)
    elif result.champion:
        yield from _intervals(facts.metric, facts.challenger, "the champion before", facts.champion)


def _intervals(metric: str, own: Score, name: str, other: Score) -> Iterator[str]:
    """Set two scores side by side with their intervals."""
    yield ""
    yield f"| {metric} | score | 95 % interval |"
    yield "| --- | ---: | --- |"
    for title, score in (("this one", own), (name, other)):
        yield f"| {title} | {_number(score.estimate)} | {_number(score.lower)} to {_number(score.upper)} |"


def _limits(experiment: Experiment, found: Sequence[Check], result: GateResult | None) -> Iterator[str]:
    facts = result.facts if result else None
    if isinstance(facts, Facts | FirstFacts):
        yield from (f"- not met: {_line(guard.said)}" for guard in facts.guards if not guard.ok)
    if isinstance(facts, Facts):
        for part in facts.slices:
            gain = moved(facts.metric, part.gain, _number)
            bounds = reach(facts.metric, part.lower, part.upper, _number)
            where = f"{_line(part.column)} = {_line(part.value)}"
            yield f"- where {where}: {facts.metric} {gain}, {bounds}, on {part.rows:,} rows"
    for check in found:
        yield f"- {check.code} {check.name}: {_line(check.figure)}. {_line(check.remedy)}."
    if experiment.task == "classification" and CALIBRATION not in {check.code for check in found}:
        yield "- probabilities: no sign that they are off, on the held-out rows"
    yield from (f"- {_line(warning)}" for warning in (result.warnings if result else ()))
    yield f"- drift since then: `mlctl monitor drift FILE --against {experiment.model_version_id}`"


def _how(experiment: Experiment) -> Iterator[str]:
    name, git, environment = experiment.model_version_id, experiment.git, experiment.environment
    yield f"    mlctl reproduce {name} --check"
    yield f"    mlctl evaluate {name}"
    yield ""
    yield f"- code: {git.get('commit') or 'no git commit'}" + (
        ", with changes (changes.diff)" if git.get("dirty") else ""
    )
    yield "- environment: " + ", ".join(f"{key} {value}" for key, value in environment.items())
    yield f"- seed: {experiment.seed}; every package is in environment.yaml, every parameter in params.yaml"


def _dummy(peers: Sequence[Experiment], experiment: Experiment) -> Experiment | None:
    key = experiment.comparison_key
    return next((e for e in latest_first(peers) if e.rung == "dummy" and e.comparison_key == key), None)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _line(text: Any) -> str:
    """Return a text on one line, with nothing in it that Markdown would draw."""
    flat = " ".join(str(text).split())
    return flat.replace("|", "\\|").replace("<", "&lt;")
