"""What the tests of the data share: a data section, a file written and read, the error that must come."""

from pathlib import Path

import pandas as pd
import pytest

from mlctl.data import frames
from mlctl.data.read import ReadTable, read
from mlctl.errors import DataError
from mlctl.params.model import Data

TEXT = str(frames.TEXT)
TABLES = Path(__file__).parent.parent / "tables"


def section(**fields):
    return Data.model_validate({"path": "x.csv", "target": "y", **fields})


def write(folder: Path, name: str, content: str | bytes) -> tuple[str, Path]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return name, path


def read_text(folder: Path, content: str | bytes, name: str = "t.csv", **fields) -> ReadTable:
    return read([write(folder, name, content)], section(**fields))


def refused(folder: Path, content: str | bytes, name: str = "t.csv", **fields) -> DataError:
    with pytest.raises(DataError) as caught:
        read_text(folder, content, name, **fields)
    return caught.value


def kinds(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}
