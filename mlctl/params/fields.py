"""The forms that a value of the parameters file may have, each saying in its own words what it wants."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import (
    AllowInfNan,
    BeforeValidator,
    Strict,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from mlctl.domain.checks import CHECKS
from mlctl.domain.names import broken_rule
from mlctl.params.problems import wanted
from mlctl.params.words import did_you_mean, shown

_REFERENCE = re.compile(r".+\.py:[^\W\d]\w*")


def form(text: str) -> WrapValidator:
    """Say "wanted `text`" in place of pydantic's messages, be they one or many."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            raise wanted(_with_hint(text, value)) from error

    return WrapValidator(check)


def _with_hint(text: str, value: Any) -> str:
    if not text.startswith("text"):
        return text
    is_bare = isinstance(value, int | float)
    return f"{text}; write it in quotes" if is_bare else f"{text} that is not empty" if value == "" else text


def one_of(*words: str | bool) -> WrapValidator:
    """Accept these words alone; 1 and 0 are not true and false."""
    spelled = [word if isinstance(word, str) else str(word).lower() for word in words]
    listed = "one of " + ", ".join(spelled)

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value if isinstance(value, str | bool | None) else "")
        except ValidationError as error:
            near = did_you_mean(value, spelled) if isinstance(value, str) else ""
            raise wanted(f"{listed}; {near}" if near else listed) from error

    return WrapValidator(check)


def after(check: Callable[[Any], Any]) -> WrapValidator:
    """Look at a value once it has its form."""
    return WrapValidator(lambda value, handler: check(handler(value)))


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise wanted("a list of texts")
    return tuple(value)


def _codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    spelled = tuple(code.upper() for code in codes)
    if strange := next((code for code in spelled if code not in CHECKS), None):
        hint = did_you_mean(strange, CHECKS) or "docs/checks.md has them all"
        raise wanted(f"codes of checks, such as MLC009, and {shown(strange)} is none; {hint}")
    return spelled


def _paths(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) and value else value


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except (LookupError, ValueError) as error:
        raise wanted("an encoding that Python knows, such as utf-8, latin-1 or cp1252") from error
    return text


def _delimiter(text: str | None) -> str | None:
    text = "\t" if text == "\\t" else text
    if text is not None and len(text) != 1:
        raise wanted('one character, such as "," or "\\t"')
    return text


def _reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        raise wanted("file.py:function, such as load_data.py:load_data")
    return text


def _name(kind: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        name = unicodedata.normalize("NFC", text)
        if rule := broken_rule(name):
            raise wanted(f"another name: this {kind} name {rule}")
        return name

    return check


# Not Field(…): of two Fields on one key, older versions of pydantic apply the inner one's limits last, past
# the wording.
_STRICT = Strict()
_FINITE = AllowInfNan(False)

Text = Annotated[str, _STRICT, form("text")]
Word = Annotated[str, _STRICT, MinLen(1), form("text")]
Truth = Annotated[bool, _STRICT, form("true or false")]
Number = Annotated[float, _STRICT, _FINITE, form("a number")]
Positive = Annotated[float, _STRICT, _FINITE, Gt(0), form("a number greater than 0")]
Memory = Annotated[float, _STRICT, _FINITE, Ge(0.5), form("a number of at least 0.5, in 10^9 bytes")]
NotNegative = Annotated[float, _STRICT, _FINITE, Ge(0), form("a number of at least 0")]
Fraction = Annotated[float, _STRICT, _FINITE, Gt(0), Lt(1), form("a number between 0 and 1")]
Count = Annotated[int, _STRICT, Ge(1), Le(100_000), form("a whole number from 1 to 100000")]
Folds = Annotated[int, _STRICT, Ge(2), Le(50), form("a whole number from 2 to 50")]
Seed = Annotated[int, _STRICT, Ge(0), Le(2**32 - 1), form("a whole number from 0 to 4294967295")]
Repeats = Annotated[
    Literal["auto"] | Annotated[int, _STRICT, Ge(1), Le(100)],
    form("a whole number from 1 to 100, or auto"),
]
Label = Annotated[
    StrictBool | StrictInt | StrictStr | None, form("a label: text, a whole number, or true or false")
]
ProjectName = Annotated[Word, after(_name("project"))]
ModelName = Annotated[Word, after(_name("model"))]
Bound = Annotated[
    StrictBool | StrictInt | Annotated[float, _STRICT, _FINITE] | StrictStr,
    form("a value to bind: text, a number, or true or false"),
]
Words = Annotated[tuple[Word, ...], BeforeValidator(_listed)]
Codes = Annotated[Words, after(_codes)]
Paths = Annotated[
    Word | Annotated[tuple[Word, ...], MinLen(1)] | None,
    form("text, or a list of texts"),
    BeforeValidator(_paths),
]
Encoding = Annotated[Word, after(_encoding)]
Reference = Annotated[Word, after(_reference)]
Delimiter = Annotated[Word | None, after(_delimiter)]

_KEEPS = Literal["snapshot", "query", "both"]
_TASKS = Literal["classification", "regression"]
_COLUMN_TYPES = Literal["number", "category", "text", "date", "boolean", "drop"]
_METHODS = Literal["random", "stratified", "time", "group", "hash"]
_SCALES = Literal["auto", "standard", "minmax", "robust", "none"]
_CLIPS = Literal["auto", True, False]
_ENCODINGS = Literal["auto", "one_hot", "ordinal", "target", "none"]
_IMPUTATIONS = Literal["auto", "median", "mean", "most_frequent", "none"]
_TEXT_WAYS = Literal["auto", "tfidf", "drop", "none"]
_GATE_MODES = Literal["better", "not_worse"]

Keep = Annotated[_KEEPS, one_of(*get_args(_KEEPS))]
TaskName = Annotated[_TASKS, one_of(*get_args(_TASKS))]
ColumnType = Annotated[_COLUMN_TYPES, one_of(*get_args(_COLUMN_TYPES))]
Method = Annotated[_METHODS, one_of(*get_args(_METHODS))]
Scale = Annotated[_SCALES, one_of(*get_args(_SCALES))]
Clip = Annotated[_CLIPS, one_of(*get_args(_CLIPS))]
Encode = Annotated[_ENCODINGS, one_of(*get_args(_ENCODINGS))]
Impute = Annotated[_IMPUTATIONS, one_of(*get_args(_IMPUTATIONS))]
GateMode = Annotated[_GATE_MODES, one_of(*get_args(_GATE_MODES))]
TextWay = Annotated[_TEXT_WAYS, one_of(*get_args(_TEXT_WAYS))]
