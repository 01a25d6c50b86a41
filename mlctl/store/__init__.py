"""The store on disk: ``layout`` is its specification, ``store`` its face, the rest the work behind it."""

from mlctl.store.champion import Event
from mlctl.store.listing import DamagedRecord, Listing
from mlctl.store.open_experiment import OpenExperiment
from mlctl.store.store import Store, find, init
from mlctl.store.trash import Trashed

__all__ = ["DamagedRecord", "Event", "Listing", "OpenExperiment", "Store", "Trashed", "find", "init"]
