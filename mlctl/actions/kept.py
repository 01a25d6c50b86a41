"""The parameters file that retraining reads, as training leaves it."""

from datetime import datetime

from mlctl.domain.records import Model
from mlctl.params.load import Loaded
from mlctl.store.store import Store


def keep_after_training(store: Store, model: Model, loaded: Loaded, now: datetime) -> bool:
    """Keep the file of a training; return whether anything changed.

    A try with settings of the command line, or with a file that says nothing of retraining, changes nothing
    about what a schedule does: such a file is kept only where there is none.
    """
    is_try = loaded.overridden or loaded.parameters.retrain is None
    if is_try and store.kept_parameters(model):
        return False
    return store.keep_parameters(model, loaded.text, loaded.path.resolve(), now)
