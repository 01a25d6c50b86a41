"""Cron expressions as they are typed: an alias, or five fields."""

from datetime import datetime

ONCE = "@once"
ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
WORDS = (ONCE, *ALIASES)

_LIKE = {"@midnight": "@daily", "@annually": "@yearly"}
_LONGEST = 200
_FORM = 'five fields "minute hour day-of-month month day-of-week", such as "0 3 * * *"'
_FIELDS = {
    "minute": "a minute (the first field) from 0 to 59: 0, 0,30, 0-29, */15",
    "hour": "an hour (the second field) from 0 to 23: 3, 6,18, 9-17, */2",
    "day-of-month": "a day (the third field) from 1 to 31 that these months have, or L for the last one",
    "month": "a month (the fourth field) from 1 to 12, or JAN to DEC",
    "day-of-week": "a day of the week (the fifth field) from 0 (Sunday) to 7 (Sunday again), or SUN to SAT",
}


def canonical(text: str) -> str:
    """Return an expression in one spelling: aliases in small letters, one space between fields."""
    spaced = " ".join(text.split())
    return spaced.lower() if spaced.startswith("@") else spaced.upper()


def five_fields(text: str) -> str:
    """Return the five fields of an expression that is right and not ``@once``."""
    return ALIASES.get(canonical(text), canonical(text))


def wanted_form(text: str) -> str:
    """Return what was wanted in place of an expression; nothing where it is right.

    Examples
    --------
    >>> wanted_form("@daily"), wanted_form("*/15 9-17 * * mon-fri")
    ('', '')
    >>> wanted_form("0 25 * * *")
    'an hour (the second field) from 0 to 23: 3, 6,18, 9-17, */2'
    """
    expression = canonical(text)
    if expression in WORDS:
        return ""
    if expression.startswith("@"):
        near = f"; did you mean {_LIKE[expression]}?" if expression in _LIKE else ""
        return f"one of {', '.join(WORDS)}, or {_FORM}{near}"
    count = len(expression.split())
    if count != 5 or len(expression) > _LONGEST:
        more = ", which has no field for seconds" if count == 6 else ""
        return f"{_FORM}{more}; or one of {', '.join(WORDS)}"
    return _wanted_field(expression)


def _wanted_field(expression: str) -> str:
    # Imported here: what is not scheduled has no use for it.
    from cronsim import CronSim, CronSimError  # noqa: PLC0415

    try:
        next(CronSim(expression, datetime(2000, 1, 1)))
    except CronSimError as error:
        return _FIELDS[str(error).removeprefix("Bad ")]
    except (StopIteration, OverflowError):
        return "a day that comes: none in fifty years fits all five fields"
    return ""
