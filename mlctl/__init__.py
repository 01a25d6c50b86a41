"""mlctl: one command line for the whole life of a scikit-learn model.

A script logs with ``mlctl.experiment`` and ``mlctl.autolog``, or with MLflow's names from ``mlctl.tracking``.
These are imported when they are first used: ``import mlctl`` costs next to nothing. Their types stand in
``__init__.pyi``, for what is imported here would be imported by every module below.
"""

__version__ = "0.1.0"
__all__ = ["Experiment", "__version__", "autolog", "experiment", "tracking"]


def __getattr__(name: str) -> object:
    """Import tracking when one of its names is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - most that import mlctl use no name of it

    tracking = import_module(f"{__name__}.tracking")
    return tracking if name == "tracking" else getattr(tracking, name)
