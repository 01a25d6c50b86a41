import subprocess
import sys

import pytest

import mlctl
import mlctl.tracking

HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "joblib",
    "pyarrow",
    "matplotlib",
    "skops",
    "typer",
    "rich",
    "pydantic",
)


def loaded(script):
    told = "import sys; print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; {told}"], capture_output=True, check=True, text=True
    )
    return set(done.stdout.split())


def test_importing_mlctl_loads_nothing_but_itself():
    ours = loaded("import mlctl; mlctl.__version__") - loaded("pass")
    assert ours == {"mlctl"}


@pytest.mark.parametrize(
    "script", ["import mlctl.tracking", "import mlctl; mlctl.experiment; mlctl.tracking"]
)
def test_logging_loads_no_ml_library_and_no_command_line(script):
    assert not loaded(script) & set(HEAVY)


def test_logging_numbers_loads_none_either(tmp_path):
    script = "import mlctl; e = mlctl.experiment('a/b'); e.log_metric('x', 1); e.log_param('a', 1); e.end()"
    assert not loaded(script) & set(HEAVY)


def test_names_that_are_not_there():
    with pytest.raises(AttributeError, match="'mlctl' has no attribute 'nothing'"):
        mlctl.nothing  # noqa: B018 - that it raises is the point
    with pytest.raises(AttributeError, match="has no 'nothing': of MLflow's names"):
        mlctl.tracking.nothing  # noqa: B018 - as above


def test_every_name_is_there():
    assert all(getattr(mlctl, name) is not None for name in mlctl.__all__)
    assert all(getattr(mlctl.tracking, name) is not None for name in mlctl.tracking.__all__)


def test_each_thing_is_said_once():
    from mlctl.tracking import guard

    with pytest.warns(guard.TrackingWarning, match="mlctl: odd"):
        guard.warn("odd")
    guard.warn("odd")  # a second warning would be an error here
