"""The writer of the portable model: a fitted pipeline in, plain data out."""

from mlctl.bundle.portable.refusal import NotPortable
from mlctl.bundle.portable.write import Portable, portable

__all__ = ["NotPortable", "Portable", "portable"]
