"""``python -m mlctl``."""

from mlctl.cli.main import entry

if __name__ == "__main__":
    entry()
