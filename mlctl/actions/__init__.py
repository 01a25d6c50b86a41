"""Use cases: plain arguments in, a dataclass out; nothing is printed here."""
