"""Which names a project, a model or a tag may bear.

Names become directories, so the rules are those of the least able file system: see :func:`check_name`.
"""

import unicodedata

from mlctl.errors import UsageError

MAX_CHARACTERS = 64
MAX_BYTES = 150


def check_name(kind: str, text: str) -> str:
    """Return the name in its canonical form (Unicode NFC).

    Parameters
    ----------
    kind : str
        What is named, for the error's text: ``"project"``, ``"model"``, ``"tag"``.
    text : str
        The name as typed. Any script is welcome.

    Raises
    ------
    UsageError
        Naming the rule that was broken.

    Examples
    --------
    >>> check_name("project", "고객 이탈")
    '고객 이탈'
    """
    name = unicodedata.normalize("NFC", text)
    rule = broken_rule(name)
    if rule:
        shown = name if len(name) <= MAX_CHARACTERS else name[:MAX_CHARACTERS] + "…"
        raise UsageError(f"{kind} name {shown!r} {rule}", f"choose another name for the {kind}")
    return name


def check_text(kind: str, text: str) -> str:
    """Return a free text that a record can hold.

    Raises
    ------
    UsageError
        When it holds bytes that are no UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"the {kind} {text!a} is no UTF-8 text", "type it again, or use another terminal"
        ) from None
    return text


def broken_rule(name: str) -> str:
    """Say which rule a name breaks, or return the empty string."""
    rules = (
        (not name.strip(), "is empty"),
        (name != name.strip(), "begins or ends with a space"),
        (len(name) > MAX_CHARACTERS, f"is longer than {MAX_CHARACTERS} characters"),
        (len(name.encode(errors="surrogatepass")) > MAX_BYTES, f"is longer than {MAX_BYTES} bytes"),
        (any(map(_is_control, name)), "has a control character"),
        ("/" in name or "\\" in name, "has a slash"),
        (":" in name, "has a colon, which separates a model from a reference"),
        (name[:1] in {".", "-"}, f"begins with {name[:1]!r}"),
        (".." in name, "has two dots in a row"),
        (name.isdigit(), "is all digits, which would read as an experiment number"),
    )
    return next((rule for broken, rule in rules if broken), "")


def _is_control(character: str) -> bool:
    # The two joiners are format characters too, but Persian and the Indic scripts are spelled with them.
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and character not in "\u200c\u200d")


def same_name(one: str, other: str) -> bool:
    """Tell whether two names would be one on a file system that ignores case."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()
