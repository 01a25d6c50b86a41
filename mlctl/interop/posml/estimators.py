"""Estimators that a file's code makes, read from its syntax: ``KNeighborsClassifier(n_neighbors=3)``."""

import ast
from typing import Any

_FAMILIES = (
    "discriminant_analysis",
    "dummy",
    "ensemble",
    "gaussian_process",
    "kernel_ridge",
    "linear_model",
    "naive_bayes",
    "neighbors",
    "neural_network",
    "svm",
    "tree",
)
PACKAGES = (*(f"sklearn.{family}." for family in _FAMILIES), "xgboost.", "lightgbm.", "catboost.")
"""Where classes that learn come from."""

LADDERS = ("n_jobs",)
"""What a rung may not set: the rungs share the cores by themselves."""


class Calls:
    """The estimators that the functions of one file make.

    Parameters
    ----------
    tree : ast.Module
        The file; its imports say what a name means.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._names: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                self._names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    head = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._names[alias.asname or head] = head

    def rungs(self, function: ast.FunctionDef) -> tuple[tuple[Any, ...], str]:
        """Return the estimators that a function makes, as rungs; where there is none, why."""
        defaults = _defaults(function)
        found: list[Any] = []
        why_not = "no estimator is made in it"
        for node in ast.walk(function):
            path = self._path(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and path.startswith(PACKAGES):
                settings = _settings(node, defaults)
                if isinstance(settings, str):
                    why_not = f"{path.rpartition('.')[2]} gets {settings}, which is only known when it runs"
                else:
                    found.append({path: settings} if settings else path)
        return tuple(found), "" if found else why_not

    def _path(self, node: ast.expr) -> str:
        """Return the dotted path that a name means; empty where it is none."""
        if isinstance(node, ast.Attribute):
            before = self._path(node.value)
            return f"{before}.{node.attr}" if before else ""
        return self._names.get(node.id, "") if isinstance(node, ast.Name) else ""


def _defaults(function: ast.FunctionDef) -> dict[str, ast.expr]:
    given = function.args
    plain = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    found = dict(zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True))
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return found | {argument.arg: default for argument, default in named if default is not None}


def _settings(call: ast.Call, defaults: dict[str, ast.expr]) -> dict[str, Any] | str:
    """Return the settings of a call, or the one that cannot be read."""
    if call.args:
        return "an argument without a name"
    found: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            return "**settings"
        node = keyword.value
        node = defaults.get(node.id, node) if isinstance(node, ast.Name) else node
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError):
            return keyword.arg
        if keyword.arg not in LADDERS:
            found[keyword.arg] = _written(value)
    return found


def _written(value: Any) -> Any:
    """Return a setting as a rung spells it: a list there is one to search."""
    if isinstance(value, tuple | set | list):
        return {"value": list(value)}
    return {"value": value} if isinstance(value, dict) else value
