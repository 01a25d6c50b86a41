"""A written ladder read from the forms in which it is typed; :mod:`mlctl.params.rung` lists them."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlctl.domain.ladder import COUNTERPARTS, DUMMY_STRATEGIES, KINDS, find_kind, parameters_of
from mlctl.params.problems import Place, Problem, ProblemsError, wanted
from mlctl.params.rung import Range, Rung
from mlctl.params.words import did_you_mean, nearest

RULE_FORM = re.compile(r"(?P<file>.+\.py):(?P<function>[^\W\d]\w*)")
CLASS_FORM = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def read_ladder(value: Any, task: str | None) -> Any:
    """Return ``auto``, or the rungs as typed.

    Raises
    ------
    ProblemsError
        With every problem of every rung.
    """
    if value == "auto":
        return value
    if isinstance(value, tuple) and all(isinstance(item, Rung) for item in value):
        return value
    if not isinstance(value, list) or not value:
        raise wanted("auto, or a list of rungs such as [logistic_regression, svc]")
    rungs: list[Rung] = []
    problems: list[Problem] = []
    for place, item in enumerate(value):
        try:
            rungs.append(read_rung(item, task))
        except ProblemsError as error:
            problems += [Problem((place, *problem.place), problem.text) for problem in error.problems]
    if problems:
        raise ProblemsError(problems)
    return tuple(rungs)


def read_rung(item: Any, task: str | None) -> Rung:
    """Return one rung from the form in which it was typed.

    Parameters
    ----------
    item : object
        A name, or a mapping of one name to its parameters.
    task : {"classification", "regression"} or None
        None where the file leaves it to the data.
    """
    name, given = _name_and_value(item)
    place: Place = (name,) if isinstance(item, Mapping) else ()
    if name.strip().lower() == "rule":
        return _read_rule(given)
    kind = _canonical(name, place, task)
    if given is not None and not isinstance(given, Mapping):
        raise wanted("parameters, such as {name: value}", *place)
    problems = list(_parameter_problems(kind, given or {}, task, place))
    if problems:
        raise ProblemsError(problems)
    return _build(kind, given or {})


def _name_and_value(item: Any) -> tuple[str, Any]:
    if isinstance(item, str):
        return item, None
    if not isinstance(item, Mapping):
        raise wanted("the name of a rung, or name: {parameter: value}")
    if len(item) != 1:
        raise wanted("one rung; indent its parameters under its name, and give each rung a dash of its own")
    name, given = next(iter(item.items()))
    if not isinstance(name, str):
        raise wanted("the name of a rung")
    return name, given


def _read_rule(given: Any) -> Rung:
    if not isinstance(given, str) or not RULE_FORM.fullmatch(given):
        raise wanted("rule: file.py:function", *(() if given is None else ("rule",)))
    return Rung(kind="rule", rule=given)


def _canonical(name: str, place: Place, task: str | None) -> str:
    if kind := find_kind(name):
        if task is not None and task not in kind.tasks:
            like = COUNTERPARTS[kind.name]
            text = f"{kind.name} is for {kind.tasks[0]} and the task is {task}; did you mean {like}?"
            raise ProblemsError([Problem(place, text)])
        return kind.name
    if CLASS_FORM.fullmatch(name) or RULE_FORM.fullmatch(name):
        return name
    known = [text for of in KINDS.values() for text in (of.name, *of.spellings)]
    near = find_kind(nearest(name, known) or "")
    hint = (
        f"did you mean {near.name}?"
        if near
        else f"known here: {', '.join(KINDS)}, package.module.Class, or file.py:function"
    )
    raise ProblemsError([Problem(place, f"not a known rung; {hint}")])


def _parameter_problems(
    kind: str, given: Mapping[Any, Any], task: str | None, place: Place
) -> Iterator[Problem]:
    known = parameters_of(kind, task)
    for key, value in given.items():
        here = (*place, key)
        if not isinstance(key, str) or not key.isidentifier():
            yield Problem(here, "wanted the name of a parameter")
        elif known is not None and key not in known:
            near = did_you_mean(key, sorted(known)) or f"known here: {', '.join(sorted(known))}"
            yield Problem(here, f"not a parameter of {kind}; {near}")
        elif text := _value_problem(value) or _strategy_problem(kind, key, value, task):
            yield Problem(here, text)


def _value_problem(value: Any) -> str:
    if isinstance(value, list):
        return "" if value else "wanted at least one value to search"
    if not isinstance(value, Mapping) or set(value) == {"value"}:
        return ""
    if not {"low", "high"} <= set(value) <= {"low", "high", "log"}:
        return "wanted one value, a list to search, {low: …, high: …, log: true}, or {value: …}"
    return _range_problem(value["low"], value["high"], value.get("log", False))


def _range_problem(low: Any, high: Any, log: Any) -> str:
    numbers = [v for v in (low, high) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)) or low >= high:
        return "wanted numbers, low less than high"
    if not isinstance(log, bool):
        return "wanted log: true or false"
    return "wanted low greater than 0 for a log range" if log and low <= 0 else ""


def _strategy_problem(kind: str, key: str, value: Any, task: str | None) -> str:
    if (kind, key) != ("dummy", "strategy"):
        return ""
    known = [name for of, names in DUMMY_STRATEGIES.items() if task in (None, of) for name in names]
    wrong = [v for v in (value if isinstance(value, list) else [value]) if v not in known]
    if not wrong:
        return ""
    near = did_you_mean(str(wrong[0]), known)
    return f"wanted one of {', '.join(dict.fromkeys(known))}" + (f"; {near}" if near else "")


def _build(kind: str, given: Mapping[str, Any]) -> Rung:
    fixed: dict[str, Any] = {}
    search: dict[str, list[Any] | Range] = {}
    for key, value in given.items():
        if isinstance(value, list):
            search[key] = value
        elif not isinstance(value, Mapping):
            fixed[key] = value
        elif "value" in value:
            fixed[key] = value["value"]
        else:
            search[key] = Range(**value)
    if kind == "hist_gradient_boosting_tuned" and not search:
        # The one name that means a search wherever it stands; both tasks have the same.
        lists = KINDS[kind].search["classification"]
        search = {key: list(values) for key, values in lists.items() if key not in fixed}
    return Rung(kind=kind, fixed=fixed, search=search)
