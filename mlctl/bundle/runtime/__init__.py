"""The runtime of the portable model: pure standard library, Python 3.8 and newer, no dependency.

It is copied into every bundle, and therefore imports nothing of mlctl: only its own modules, relatively.

>>> model = load(buffer)                                              # doctest: +SKIP
>>> model.predict_row({"sepal length": 5.1, "petal width": 0.2})      # doctest: +SKIP
Prediction(value='setosa', probabilities=(0.98, 0.02, 0.0))
"""

from .errors import FormatError, InputError
from .model import Model, Prediction, Predictions, load

__all__ = ["FormatError", "InputError", "Model", "Prediction", "Predictions", "load"]
