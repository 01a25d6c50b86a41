"""The forms that a value of the parameters file may have, each saying in its own words what it wants."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from mlctl.domain.names import broken_rule
from mlctl.params.problems import wanted
from mlctl.params.words import did_you_mean


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
            return handler("" if isinstance(value, int) and not isinstance(value, bool) else value)
        except ValidationError as error:
            near = did_you_mean(value, spelled) if isinstance(value, str) else ""
            raise wanted(f"{listed}; {near}" if near else listed) from error

    return WrapValidator(check)


def number(text: str, **limits: float) -> Any:
    """Return the constraints of a number, and their wording, as one annotation's two parts."""
    return Field(strict=True, allow_inf_nan=False, **limits), form(text)  # type: ignore[arg-type]  # gt, le, …


def after(check: Callable[[Any], Any]) -> WrapValidator:
    """Look at a value once it has its form."""
    return WrapValidator(lambda value, handler: check(handler(value)))


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise wanted("a list of texts")
    return tuple(value)


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
