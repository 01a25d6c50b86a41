"""The verbs of a bundle's own command line."""

from __future__ import annotations

import os
import sys

from .bundle import GOLDEN, MODEL, SCHEMA
from .trouble import BundleError, DamagedError, RefusedError, RowsError, UsageError
from .words import read_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .bundle import Bundle

HELP = """\
usage: python3 {name} VERB …

  predict [FILE] [-o FILE] [--only] [--bad-rows FILE] [--encoding NAME] [--delimiter C]
                     predict the rows of a file or of standard input, CSV with a header or JSON Lines;
                     the same rows come out with the prediction, its probabilities and the model version id
  serve [--host --port --workers …]    answer over HTTP; serve --help names every option
  selftest [--json]                    compare the answers with those that scikit-learn gave
  info [--json | --entries | ENTRY]    what the bundle is; or one of its entries, as it stands
  verify [--allowed-signers FILE [--identity NAME]]    check every sum, and who signed it

  --numpy yes|no     predict and selftest: use NumPy always, or never; default: where it is quicker
  --trust            load a model of scikit-learn, which runs code of the bundle's author (tier sklearn)

Exit codes: 0 done, 1 failed, 2 usage, 3 no such thing, 4 refused, 5 rows refused, 6 bundle damaged,
130 interrupted.
"""

_NUMPY = {"yes": True, "no": False}


def main(bundle: Bundle, argv: Sequence[str]) -> int:
    """Run a verb; return the exit code."""
    try:
        return _run(bundle, list(argv))
    except BundleError as error:
        return tell(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_stdout()
        return 1
    except OSError as error:
        _drop_stdout()
        place = f"{error.filename}: " if error.filename else ""
        return tell(BundleError(f"{place}{(error.strerror or str(error)).lower()}"))


def tell(error: BundleError) -> int:
    """Say what is wrong on standard error; return the exit code."""
    hint = f"  fix: {error.hint}\n" if error.hint else ""
    sys.stderr.write(f"error: {_plain(error.message)}\n{_plain(hint)}")
    return error.code


def _drop_stdout() -> None:
    """Let what is still held for standard output go nowhere: at its end Python would try once more."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - the process ends


def _plain(text: str) -> str:
    """Spell out characters that a terminal would obey."""
    return "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text)


def _run(bundle: Bundle, words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(HELP.format(name=os.path.basename(bundle.path)))
        return 0 if words else 2
    verbs = {"predict": _predict, "serve": _serve, "selftest": _selftest, "info": _info, "verify": _verify}
    if words[0] not in verbs:
        raise UsageError(f"there is no verb {words[0]!r}", "one of: {}".format(", ".join(verbs)))
    if "--help" in words[1:] and words[0] != "serve":
        return _run(bundle, ["--help"])
    return verbs[words[0]](bundle, words[1:])


def load_model(bundle: Bundle, numpy: bool | None = None, trust: bool = False, form: str = "") -> Any:
    """Return a bundle's model.

    Parameters
    ----------
    numpy : bool, optional
        True takes NumPy always, False never.
    trust : bool
        Whether loading may run code.
    form : str
        ``csv`` where its rows are cells of a CSV, in which more stands for a missing value.

    Raises
    ------
    DamagedError
        When its model file is none.
    RefusedError
        When loading it would run code, and that is not trusted.
    """
    schema = bundle.json(SCHEMA)
    marks = schema["csv_missing" if form == "csv" else "missing"]
    if bundle.manifest["tier"] == "sklearn":
        if not trust:
            raise RefusedError(
                "loading this model runs code of the bundle's author: it is of the tier sklearn",
                "if you trust where it comes from, say so with --trust",
            )
        from .fitted import load_fitted

        return load_fitted(bundle, schema, marks)
    from ..runtime import FormatError, load  # noqa: TID252 - the two folders lie side by side in every bundle

    try:
        return load(bundle.read(MODEL), numpy=numpy, missing=marks)
    except FormatError as error:
        raise DamagedError(str(error)) from None
    except ImportError as error:
        raise BundleError(str(error), "install it, or leave --numpy out") from None


def _numpy(options: dict[str, Any]) -> bool | None:
    asked = options.get("numpy")
    if asked is not None and asked not in _NUMPY:
        raise UsageError(f"--numpy is yes or no, not {asked!r}")
    return None if asked is None else _NUMPY[asked]


def _predict(bundle: Bundle, words: list[str]) -> int:
    from .predict import Asked, predict

    values = ("--output", "--bad-rows", "--encoding", "--delimiter", "--numpy")
    options, rest = read_words(words, flags=("--only", "--trust"), values=values, most=1)
    numpy, trust = _numpy(options), options.pop("trust", False)
    options.pop("numpy", None)
    if "bad-rows" in options:
        options["bad_rows"] = options.pop("bad-rows")
    asked = Asked(rest[0] if rest else "-", **options)
    columns = [one["name"] for one in bundle.json(SCHEMA)["columns"]]

    def load(form: str) -> Any:
        return load_model(bundle, numpy, trust, form)

    done, bad = predict(load, columns, bundle.manifest["version"], asked)
    if bad:
        sys.stderr.write(f"{bad:,} of {done + bad:,} rows were set aside: {asked.bad_rows}\n")
    if not done and not bad:
        raise RowsError("there is a header and no row below it")
    return 0


def _selftest(bundle: Bundle, words: list[str]) -> int:
    import json

    options, _ = read_words(words, flags=("--json", "--trust"), values=("--numpy", "--against"))
    told = bundle.json(GOLDEN)
    if "against" in options:
        with open(options["against"], "rb") as stream:
            told = json.loads(stream.read().decode("utf-8"))
    found = _agreement(load_model(bundle, _numpy(options), options.get("trust", False)), told)
    if options.get("json"):
        sys.stdout.write(
            json.dumps({"version": bundle.manifest["version"], "ok": found.ok, **found.to_dict()}) + "\n"
        )
    elif found.ok:
        ties = f"; {found.ties} ties went the other way" if found.ties else ""
        sys.stdout.write(
            "{}: {:,} rows are answered as when it was built; largest difference {:.1e}{}\n".format(
                bundle.manifest["version"], found.rows, found.largest, ties
            )
        )
    if not found.ok:
        raise BundleError(
            f"the self-test failed: {found.differing:,} answers differ; {found.first}",
            "do not use it here; build it again",
        )
    return 0


def _agreement(model: Any, told: Any) -> Any:
    from .selftest import agreement

    try:
        return agreement(model, told)
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(f"the rows to test with cannot be read: {error}") from None


def _info(bundle: Bundle, words: list[str]) -> int:
    options, rest = read_words(words, flags=("--json", "--entries"), most=1)
    if rest:
        sys.stdout.flush()
        sys.stdout.buffer.write(bundle.read(rest[0]))
    elif options.get("json"):
        sys.stdout.write(bundle.manifest_bytes.decode("utf-8").rstrip() + "\n")
    elif options.get("entries"):
        sys.stdout.write("".join(name + "\n" for name in bundle.names))
    else:
        from .told import info

        sys.stdout.write(_plain(info(bundle)))
    return 0


def _verify(bundle: Bundle, words: list[str]) -> int:
    options, _ = read_words(words, values=("--allowed-signers", "--identity"))
    bundle.check_entries()
    signed = "signed, by whom only --allowed-signers FILE can tell" if bundle.is_signed else "not signed"
    if "allowed-signers" in options:
        from .signature import verify_signature

        who = verify_signature(bundle, options["allowed-signers"], options.get("identity"))
        signed = f"signed by {who}"
    line = "{}: {} entries are as the manifest says; {}\n"
    sys.stdout.write(line.format(bundle.manifest["version"], len(bundle.names), signed))
    return 0


def _serve(bundle: Bundle, words: list[str]) -> int:
    from .serving import serve_bundle

    return serve_bundle(bundle, words)
