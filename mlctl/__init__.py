"""mlctl: one command line for the whole life of a scikit-learn model."""

__version__ = "0.1.0"
