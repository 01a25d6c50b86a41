"""``python -m mlctl``."""

from mlctl.cli.entry import entry

if __name__ == "__main__":
    entry()
