from mlctl import tracking as tracking
from mlctl.tracking import Experiment as Experiment
from mlctl.tracking import autolog as autolog
from mlctl.tracking import experiment as experiment

__version__: str
