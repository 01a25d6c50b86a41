"""The store on disk: ``layout`` is its specification, ``store`` its face, the rest the work behind it."""

from mlctl.store.store import DamagedRecord, Listing, Store, find, init

__all__ = ["DamagedRecord", "Listing", "Store", "find", "init"]
